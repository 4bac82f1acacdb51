// The HTML template renders each AsyncAPI document: `OUT DOCUMENT…`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import Generator from "@asyncapi/generator";
import { finish, problem } from "./contracts-list.mjs";

const require = createRequire(import.meta.url);
const template = dirname(require.resolve("@asyncapi/html-template/package.json"));
// The template cleans text with a DOM that it keeps. It listens there once more for each text and compares each
// listener with all before, which takes minutes; nothing ever happens on that DOM.
require("jsdom");
const events = join(dirname(require.resolve("jsdom")), "jsdom/living/events/EventTarget-impl.js");
const { implementation } = require(events);
implementation.prototype.addEventListener = () => {};
const [out, ...files] = process.argv.slice(2);
let compile = true; // the template itself, once
let pages = 0;
for (const file of files) {
  const folder = join(out, basename(file, ".yaml"));
  try {
    const options = { forceWrite: true, compile, templateParams: { singleFile: "true" } };
    await new Generator(template, folder, options).generateFromFile(file);
    compile = false;
    const page = readFileSync(join(folder, "index.html"), "utf8");
    const title = readFileSync(file, "utf8").match(/^ {2}title: ['"]?(.*?)['"]?$/m)[1];
    if (!page.includes(title)) throw new Error(`the page lacks the title "${title}"`);
    pages += 1;
  } catch (error) {
    problem(file, error);
  }
}
finish(files.length, pages);
process.exit();
