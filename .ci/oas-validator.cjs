// oas-validator over the contracts named on the command line: an engine that shares nothing with the other two linters.
const { readFileSync } = require("node:fs");
const { validate } = require("oas-validator");

// A contract describes somebody else's API: whom to ask is not ours to say, nor is it ours to complete.
// How long a document may be is rule C18's business, and counted in the YAML that people read.
const everywhere = ["info-contact", "contact-properties", "document-max-length"];
// The rule wants names that an RFC 6570 template can hold; these parameters are OData's, $filter and the like.
const inOneFile = { "hpcpack.json": ["parameter-name-regex"] };

async function complaints(path) {
  const text = readFileSync(path, "utf8");
  const allowed = [...everywhere, ...(inOneFile[path.split("/").pop()] ?? [])];
  const options = { text, lint: true, lintLimit: Infinity, lintSkip: allowed };
  try {
    await validate(JSON.parse(text), options);
  } catch (error) {
    if (!options.warnings?.length) return [`${path}: ${options.context?.at(-1) ?? ""} ${error.message}`];
  }
  return (options.warnings ?? []).map((one) => `${path}: ${one.pointer} ${one.ruleName}: ${one.message}`);
}

async function main() {
  const found = [];
  for (const path of process.argv.slice(2)) found.push(...(await complaints(path))); // it keeps state: one at a time
  found.forEach((one) => console.error(one));
  if (found.length) process.exitCode = 1;
}

main();
