const { join, sep } = require("node:path");
const { pathToFileURL } = require("node:url");

const OURS = join(__dirname, "..", "..", "lib") + sep;
const OURS_URL = pathToFileURL(OURS).href;
const LOADERS =
  /\/node_modules\/(.*\/)?(tsx|esbuild-register|esbuild-runner|@esbuild-kit\/[\w-]+|bundle-require|esbuild)\//;

/**
 * Whether a module imports esbuild to bundle something whose inputs nobody reports: neither this package,
 * which reports them, nor a loader, whose inputs are the modules themselves.
 */
exports.isForeignBundler = function isForeignBundler(specifier, importer) {
  if (specifier !== "esbuild" || importer.startsWith(OURS) || importer.startsWith(OURS_URL)) return false;
  return !LOADERS.test(importer.replaceAll("\\", "/"));
};
