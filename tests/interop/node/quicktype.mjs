// quicktype generates TypeScript with a converter from each schema; tsc checks it, and the
// converter decodes the examples.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { InputData, JSONSchemaInput, quicktype } from "quicktype-core";
import { check } from "./contracts-list.mjs";
import { typecheck } from "./tsc.mjs";

const out = process.argv[3];
mkdirSync(out, { recursive: true });
const files = [];

await check(async (schema, file) => {
  const source = new JSONSchemaInput(undefined);
  await source.addSource({ name: schema.title, schema: readFileSync(file, "utf8") });
  const inputData = new InputData();
  inputData.addInput(source);
  const { lines } = await quicktype({
    inputData,
    lang: "typescript",
    rendererOptions: { "prefer-unions": "true" },
  });
  const module = join(out, `${basename(file, ".json")}.ts`);
  // Without enums, Node can run it by stripping types only.
  writeFileSync(module, lines.join("\n"));
  files.push(module);
  const { Convert } = await import(pathToFileURL(module));
  const decode = Convert[`to${schema.title}`];
  if (!decode) throw new Error(`the generated code cannot decode ${schema.title}`);
  return (body) => decode(JSON.stringify(body));
}, () => typecheck(files));
