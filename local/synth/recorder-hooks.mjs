/**
 * The half of the recorder that sees ES modules: Node runs it in a thread of its own, below
 * the hooks of any other loader.
 */

import { isForeignBundler } from "./foreign-bundler.cjs";

let port;
let fallback;

export function initialize(data) {
  port = data.port;
  fallback = data.fallback;
}

export async function resolve(specifier, context, nextResolve) {
  const resolved = await withFallback(specifier, context, nextResolve);
  if (!port) return resolved;
  const isBundler = isForeignBundler(specifier, context.parentURL ?? "");
  const isFile = resolved.url.startsWith("file:") && !/[\\/]node_modules[\\/]/.test(resolved.url);
  if (isFile || isBundler) port.postMessage({ ...(isFile && { url: resolved.url }), isBundler });
  return resolved;
}

/**
 * This package's peers (aws-cdk-lib) may be installed where the person works, and not beside this package.
 */
async function withFallback(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!fallback || error.code !== "ERR_MODULE_NOT_FOUND" || /^[./#]|:/.test(specifier)) throw error;
    return await nextResolve(specifier, { ...context, parentURL: fallback }).catch(() => {
      throw error;
    });
  }
}
