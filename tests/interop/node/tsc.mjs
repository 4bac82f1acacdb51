// Type-checks generated TypeScript as a strict project would.
import ts from "typescript";
import { problem } from "./contracts-list.mjs";

/** Type-checks the files; true when nothing was wrong. */
export function typecheck(files) {
  const program = ts.createProgram(files, {
    noEmit: true,
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    types: [],
  });
  const found = ts.getPreEmitDiagnostics(program);
  for (const { file, messageText } of found) {
    problem(file?.fileName ?? "tsc", ts.flattenDiagnosticMessageText(messageText, " "));
  }
  return found.length === 0;
}
