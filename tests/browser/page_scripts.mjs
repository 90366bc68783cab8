// The page's scripts that know no page, as a browser has them: all are one function (lib/report/html.cpp).
import { readFileSync } from "node:fs";

const FOLDER = new URL("../../lib/report/page/", import.meta.url);

/** What the named scripts define: `names` of it. */
export function pageScripts(files, names) {
  const text = files.map((file) => readFileSync(new URL(`${file}.js`, FOLDER), "utf8")).join("\n");
  return new Function(`"use strict";\n${text}\nreturn { ${names.join(", ")} };`)();
}
