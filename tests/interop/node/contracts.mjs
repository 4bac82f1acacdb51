// ajv compiles each schema alone, in strict mode, and validates its examples.
import addFormats from "ajv-formats/dist/index.js";
import Ajv from "ajv/dist/2020.js";
import { check } from "./contracts-list.mjs";

await check((schema) => {
  const warnings = [];
  const note = (text) => warnings.push(text);
  const ajv = new Ajv.default({ strict: true, logger: { log: note, warn: note, error: note } });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  if (warnings.length) throw new Error(warnings.join("; "));
  return (example) => {
    if (!validate(example)) throw new Error(ajv.errorsText(validate.errors, { dataVar: "body" }));
  };
});
