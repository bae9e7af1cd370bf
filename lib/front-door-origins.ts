import { Duration, Stack } from "aws-cdk-lib";
import type { IApi } from "aws-cdk-lib/aws-apigatewayv2";
import {
  type AddBehaviorOptions,
  AllowedMethods,
  CachePolicy,
  FunctionEventType,
  type IFunctionRef,
  type IOrigin,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { FRONT_DOOR } from "../runtime/contract.js";

/**
 * The names of the origins. `viewer-request.js` chooses `http`; the requests that it leaves alone go to
 * `websocket`.
 */
export type ApiOriginId = "websocket" | "http";

/**
 * A little more than API Gateway takes. CloudFront sends a GET again that it gave up on, and neither a
 * `$connect` nor a poll may come twice (`aws-facts.md` §11.3).
 */
const TIMEOUT = Duration.seconds(35);

/** An API as CloudFront calls it, with the key that says so. `path` comes before that of each request. */
export function apiOrigin(api: IApi, originId: ApiOriginId, key: string, path?: string): IOrigin {
  const { region, urlSuffix } = Stack.of(api);
  return new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
    originId,
    customHeaders: { [FRONT_DOOR.keyHeader]: key },
    readTimeout: TIMEOUT,
    ...(path !== undefined && { originPath: path }),
  });
}

/**
 * How CloudFront hands a request to an API: all of it but its `Host`, for which API Gateway would answer 403,
 * and nothing from a cache (`aws-facts.md` §11.3).
 */
export function apiBehavior(viewerRequest: IFunctionRef): AddBehaviorOptions {
  return {
    allowedMethods: AllowedMethods.ALLOW_ALL,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    // CloudFront compresses only what it may cache; here the app does.
    compress: false,
    functionAssociations: [{ function: viewerRequest, eventType: FunctionEventType.VIEWER_REQUEST }],
  };
}
