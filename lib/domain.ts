import { Arn, ArnFormat, Stack, Token } from "aws-cdk-lib";
import { CfnCertificate, type ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import { InvalidPropError } from "./errors.js";

/** The one region from which CloudFront takes certificates (`aws-facts.md` §11.3). */
const CERTIFICATE_REGION = "us-east-1";

/** A host name, which may begin with a wildcard. */
const DOMAIN_NAME = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/i;

/** @throws InvalidPropError */
export function validDomainNames(
  names: readonly string[],
  certificate: ICertificate | undefined,
): readonly string[] {
  if (names.length > 0 && !certificate) {
    throw new InvalidPropError(
      "frontDoor",
      `it has no certificate for ${names.join(", ")}.`,
      `Give the certificate as well, from ${CERTIFICATE_REGION}.`,
    );
  }
  if (names.length === 0 && certificate) {
    throw new InvalidPropError(
      "frontDoor",
      "it has a certificate, and no domainNames that it is for.",
      'Give them as well: domainNames: ["chat.example.com"].',
    );
  }
  const odd = names.find((name) => !Token.isUnresolved(name) && !DOMAIN_NAME.test(name));
  if (odd !== undefined) {
    throw new InvalidPropError(
      "frontDoor",
      `${JSON.stringify(odd)} is no name of a domain.`,
      'Give names alone, such as "chat.example.com", without "https://" and without a path.',
    );
  }
  return names;
}

/** Checked as far as the region is known before a deployment. @throws InvalidPropError */
export function validCertificate(certificate: ICertificate): ICertificate {
  const region = regionOf(certificate);
  if (region !== undefined && region !== CERTIFICATE_REGION) {
    throw new InvalidPropError(
      "frontDoor",
      `its certificate is in ${region}, and CloudFront takes those of ${CERTIFICATE_REGION} only.`,
      `Request one in ${CERTIFICATE_REGION}: Certificate.fromCertificateArn takes its ARN, and docs/deploy.md has a stack for it.`,
    );
  }
  return certificate;
}

/** Undefined where it is known at the deployment only. */
function regionOf(certificate: ICertificate): string | undefined {
  const { certificateArn } = certificate;
  if (!Token.isUnresolved(certificateArn)) {
    return Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
  }
  // One that is referred to may be anywhere; one that a stack makes is where the stack is.
  if (!(certificate.node.defaultChild instanceof CfnCertificate)) return undefined;
  const { region } = Stack.of(certificate);
  return Token.isUnresolved(region) ? undefined : region;
}
