/** A CloudFront distribution, as the synthesized template describes it. */
export interface Distribution {
  /** What a person calls it: the construct's path in its stack. */
  readonly name: string;
  readonly distributionId: string;
  /** `d….cloudfront.net` */
  readonly domainName: string;
  /** Domain names of the user's own. */
  readonly aliases: readonly string[];
  /** In the order in which they are tried; the default behavior, with the pattern `*`, is the last. */
  readonly behaviors: readonly Behavior[];
  /** By id. */
  readonly origins: ReadonlyMap<string, OriginSettings>;
  /** What stands for `/`, such as `index.html`; `""` where the origin is asked for `/` itself. */
  readonly defaultRootObject: string;
  /** Id of the WebSocket API that it leads to. */
  readonly apiId: string;
}

export interface Behavior {
  readonly pathPattern: string;
  readonly originId: string;
  readonly allowedMethods: ReadonlySet<string>;
  readonly forwards: Forwarding;
  /** Runs on each request before an origin gets it. */
  readonly viewerRequest?: EdgeFunction;
}

/**
 * What of a viewer's request an origin gets: everything, everything but the `Host`, or neither query, cookies
 * nor headers (no origin request policy).
 */
export type Forwarding = "all" | "all-but-host" | "nothing";

export interface OriginSettings {
  readonly id: string;
  readonly domainName: string;
  /** In front of each path: `""`, or `/prod`. */
  readonly path: string;
  /** What each request to it carries, over what a viewer sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long it may take to answer. */
  readonly readTimeoutMs: number;
  /** How often a GET or a HEAD is tried. */
  readonly attempts: number;
}

/** A CloudFront function. */
export interface EdgeFunction {
  /** What lines of the log and stacks of its errors call it: its file, or the construct. */
  readonly name: string;
  readonly code: string;
}
