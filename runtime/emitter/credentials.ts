/** Whose calls an emitter makes. */
import type { Credentials } from "../http/sigv4.js";

export type CredentialsProvider = () => Promise<Credentials>;

/**
 * The environment's, which Lambda sets; else what the AWS SDK finds: the role of a container or an instance,
 * or a profile. Read at each call, for a long-lived process gets new ones.
 */
export function defaultCredentials(): CredentialsProvider {
  let found: Promise<CredentialsProvider> | undefined;
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
      return {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        sessionToken: AWS_SESSION_TOKEN,
      };
    }
    found ??= import("@aws-sdk/credential-provider-node").then(({ defaultProvider }) => defaultProvider());
    const provider = await found;
    return provider();
  };
}
