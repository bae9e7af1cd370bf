import { dirname } from "node:path";

/** Base of the errors that the constructs throw while a stack is synthesized. */
export class SocketIoApiError extends Error {
  override readonly name: string = "SocketIoApiError";
}

/** A prop of `SocketIoApi` that AWS would refuse at deployment, found before anything is deployed. */
export class InvalidPropError extends SocketIoApiError {
  override readonly name = "InvalidPropError";

  constructor(
    /** The prop, as the caller writes it: `routes`, `stageName`, … */
    readonly prop: string,
    problem: string,
    /** What to do about it. */
    readonly nextStep: string,
  ) {
    super(`${prop}: ${problem} ${nextStep}`);
  }
}

/** The construct bundles its functions with esbuild, an optional peer that is not installed. */
export class MissingEsbuildError extends SocketIoApiError {
  override readonly name = "MissingEsbuildError";
  readonly nextStep = "Install it: npm i -D esbuild";

  constructor() {
    super(
      "socket.io-lambda/cdk bundles the functions with esbuild, which is not installed. Install it: npm i -D esbuild",
    );
  }
}

/**
 * A file that esbuild cannot bundle: its syntax, or an import that does not resolve.
 * `cause` is esbuild's own failure.
 */
export class BundlingError extends SocketIoApiError {
  override readonly name = "BundlingError";

  constructor(
    /** Each problem as `file:line:column: text`. */
    readonly problems: readonly string[],
    cause: unknown,
  ) {
    super(`The Lambda bundle does not compile. Correct this and try again: ${problems.join("; ")}`, {
      cause,
    });
  }
}

/** The files that a program names are more than a function can have beside its bundle. */
export class ProgramFilesError extends SocketIoApiError {
  override readonly name = "ProgramFilesError";
  readonly nextStep = "Serve them as a page: frontDoor: { page: … } of SocketIoApi takes a folder.";

  constructor(bytes: number, files: readonly string[]) {
    const folders = [...new Set(files.map((file) => dirname(file)))].slice(0, SHOWN).join(", ");
    super(
      `The program names ${files.length} files of ${Math.round(bytes / 1_000_000)} MB beside itself (${folders}), and ` +
        "a function's code has 250 MB at most. Serve them as a page: frontDoor: { page: … } of SocketIoApi takes a folder.",
    );
  }
}

const SHOWN = 3;

/**
 * npm could not install what `bundling.nodeModules` names. CDK puts it into an error of its own,
 * `FailedToBundleAsset`, whose message ends with this one.
 */
export class PackageInstallError extends SocketIoApiError {
  override readonly name = "PackageInstallError";

  constructor(
    readonly packages: readonly string[],
    /** npm's own words. */
    readonly output: string,
    cause?: unknown,
  ) {
    super(
      `npm could not install ${packages.join(", ")} for the function. Bring package.json, package-lock.json and node_modules ` +
        `in line with \`npm install\`, and try again: ${output}`,
      { cause },
    );
  }
}
