// modelina generates TypeScript and Java from each AsyncAPI document: `OUT DOCUMENT…`. tsc checks
// the TypeScript; the driver compiles the Java.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { JavaFileGenerator, TypeScriptFileGenerator } from "@asyncapi/modelina";
import { Parser } from "@asyncapi/parser";
import { finish, problem } from "./contracts-list.mjs";
import { typecheck } from "./tsc.mjs";

const [out, ...files] = process.argv.slice(2);
let models = 0;
for (const file of files) {
  const name = basename(file, ".yaml");
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
  if (!document) {
    problem(file, diagnostics.map(({ message }) => message).join("; "));
    continue;
  }
  try {
    const typescript = new TypeScriptFileGenerator({ rawPropertyNames: true });
    const folder = join(out, "typescript", name);
    const written = await typescript.generateToFiles(document, folder, { exportType: "named" });
    typecheck(written.map(({ modelName }) => join(folder, `${modelName}.ts`)));
    const java = new JavaFileGenerator();
    const packaged = { packageName: `models.${name}` };
    const folders = join(out, "java", "models", name);
    models += written.length + (await java.generateToFiles(document, folders, packaged)).length;
  } catch (error) {
    problem(file, error);
  }
}
finish(files.length, models);
