// json-schema-to-typescript generates a type from each schema; each example becomes a constant of
// that type, and tsc checks that it matches.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { compile } from "json-schema-to-typescript";
import { contracts, finish, problem } from "./contracts-list.mjs";
import { typecheck } from "./tsc.mjs";

const out = process.argv[3];
mkdirSync(out, { recursive: true });
for (const method of ["warn", "error"]) console[method] = (...text) => problem(method, text.join(" "));

const offline = { resolve: { external: false } };
const files = [];
let schemas = 0;
let examples = 0;
for (const { file, schema, examples: bodies } of contracts()) {
  try {
    const types = await compile(schema, schema.title, { format: false, $refOptions: offline });
    const constants = bodies.map(({ body }, number) => {
      examples += 1;
      return `export const example${number}: ${schema.title} = ${JSON.stringify(body)};\n`;
    });
    const module = join(out, `${basename(file, ".json")}.ts`);
    writeFileSync(module, types + constants.join(""));
    files.push(module);
    schemas += 1;
  } catch (error) {
    problem(file, error);
  }
}
typecheck(files);
finish(schemas, examples);
