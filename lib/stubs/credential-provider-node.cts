/**
 * Stands in for `@aws-sdk/credential-provider-node` where the clients of the AWS SDK import it. The original
 * looks for credentials in the environment, in SSO, `~/.aws`, web identity tokens, other processes and
 * instance metadata. Lambda puts them into the environment
 * (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), and there is none of the rest.
 *
 * Leaves out 110 KB: those providers, and the clients of STS, SSO and Sign-in with their XML parser.
 */
import NotOnLambdaError = require("./not-on-lambda.cjs");

interface EnvironmentCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * As clients call it: makes a provider. Its options (profile, region, …) belong to the
 * sources that are left out.
 */
function defaultProvider(): () => Promise<EnvironmentCredentials> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      const instead = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as Lambda does.";
      throw new NotOnLambdaError("Every source of AWS credentials but the environment", instead);
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    };
  };
}

export = { defaultProvider };
