import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import { FRONT_DOOR } from "../runtime/contract.js";
import { validCertificate, validDomainNames } from "./domain.js";
import { InvalidPropError } from "./errors.js";
import { pathOfProgram } from "./program-path.js";

/** What there is to choose of the front door; `frontDoor: true` means all defaults. */
export interface FrontDoorProps {
  /**
   * The path of Socket.IO's clients, as in their option `path` and in that of `new Server`. Letters, digits,
   * `.`, `_`, `~` and `-`, with slashes between them.
   *
   * @default what the app's file says word by word (`new Server(server, { path: "/chat" })`), or else
   * "/socket.io", which clients have by default
   */
  readonly path?: string;

  /**
   * A folder with an `index.html`, which the address serves from a private S3 bucket: everything that is not
   * below `path`. A relative path starts at the folder where CDK runs. `api.frontDoor.addHttpPath` names
   * paths that lead to the app function all the same.
   *
   * @default none: everything leads to the app function, which answers 404 to what is not below `path`
   */
  readonly page?: string;

  /**
   * Names of your own for the address, such as `"chat.example.com"`, each with an alias record of yours that
   * leads to `api.frontDoor.distribution`. Only with `certificate`.
   *
   * @default none: the address is `https://….cloudfront.net`
   */
  readonly domainNames?: readonly string[];

  /**
   * The certificate for `domainNames`. CloudFront reads it from us-east-1, wherever the stack is.
   *
   * @default none, with `domainNames` required
   */
  readonly certificate?: ICertificate;

  /**
   * How many clients may wait for packets by long-polling at once, at least 1. Each waits in an environment
   * of the poll function. Lambda reserves so many of the account's, which has 1,000, or fewer while it is
   * new. A client beyond it gets an error, and connects anew.
   *
   * @default none: polling clients and everything else share what the account has
   */
  readonly pollConcurrency?: number;
}

/** Every option decided and checked. */
export interface FrontDoorOptions {
  readonly path: string;
  /** Absolute. */
  readonly page: string | undefined;
  readonly domainNames: readonly string[];
  readonly certificate: ICertificate | undefined;
  readonly pollConcurrency: number | undefined;
}

/** Undefined for a stack without a front door. @throws InvalidPropError */
export function validFrontDoor(
  given: boolean | FrontDoorProps | undefined,
  app: string,
): FrontDoorOptions | undefined {
  if (given === undefined || given === false) return undefined;
  const { path, page, domainNames, certificate, pollConcurrency }: FrontDoorProps =
    given === true ? {} : given;
  return {
    path: validPath(path ?? pathOfProgram(app) ?? FRONT_DOOR.path),
    page: page === undefined ? undefined : folderOfPage(page),
    domainNames: validDomainNames(domainNames ?? [], certificate),
    certificate: certificate && validCertificate(certificate),
    pollConcurrency: validPollConcurrency(pollConcurrency),
  };
}

/** CloudFront takes 255 characters, the `*` behind it included, and has wildcards among them. */
const PATH = /^(?:\/[\w.~-]+)+$/;
const MAX_PATH = 254;

function validPath(path: string): string {
  if (!PATH.test(path) || path.length > MAX_PATH) {
    throw new InvalidPropError(
      "frontDoor",
      `its path cannot be ${JSON.stringify(path)}.`,
      `Give one such as "/socket.io": begin it with "/", end it without, and use letters, digits, ".", "_", "~" and "-".`,
    );
  }
  return path;
}

const INDEX = "index.html";

function folderOfPage(page: string): string {
  const folder = resolve(page);
  if (!statSync(join(folder, INDEX), { throwIfNoEntry: false })?.isFile()) {
    throw new InvalidPropError(
      "frontDoor",
      `its page ${folder} is no folder with an ${INDEX}.`,
      "Give the folder of the built page, relative to the folder where CDK runs.",
    );
  }
  return folder;
}

function validPollConcurrency(environments: number | undefined): number | undefined {
  if (environments === undefined || (Number.isInteger(environments) && environments >= 1)) {
    return environments;
  }
  throw new InvalidPropError(
    "frontDoor",
    `a pollConcurrency of ${environments} cannot be.`,
    "Give a whole number, 1 or more, or leave it out to share the account's.",
  );
}
