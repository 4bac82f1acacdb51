// The list of contracts that every program gets: a line for each example, `schema<TAB>example`.
import { readFileSync } from "node:fs";

const json = (file) => JSON.parse(readFileSync(file, "utf8"));

/** Each schema of the list with its examples: [{ file, schema, examples: [{ file, text, body }] }]. */
export function contracts(list = process.argv[2]) {
  const found = new Map();
  for (const line of readFileSync(list, "utf8").split("\n").filter(Boolean)) {
    const [file, example] = line.split("\t");
    if (!found.has(file)) found.set(file, { file, schema: json(file), examples: [] });
    found.get(file).examples.push({ file: example, body: json(example) });
  }
  return [...found.values()];
}

const problems = [];

/** Notes what is wrong, and where. */
export function problem(file, error) {
  problems.push(`${file}: ${error.message ?? error}`.replaceAll(/\s*\n\s*/g, " "));
}

/** Prints what was wrong and how much was read; the last line is for the driver. */
export function finish(schemas, examples) {
  for (const line of problems) console.log(line);
  console.log(`read ${schemas} ${examples}`);
  process.exitCode = problems.length ? 1 : 0;
}

/** Loads each schema and decodes each of its examples with what `load(schema, file)` returns; then does the rest. */
export async function check(load, rest = () => {}) {
  let schemas = 0;
  let examples = 0;
  for (const { file, schema, examples: bodies } of contracts()) {
    try {
      const decode = await load(schema, file);
      schemas += 1;
      for (const { file, body } of bodies) {
        try {
          decode(body);
          examples += 1;
        } catch (error) {
          problem(file, error);
        }
      }
    } catch (error) {
      problem(file, error);
    }
  }
  await rest();
  finish(schemas, examples);
}
