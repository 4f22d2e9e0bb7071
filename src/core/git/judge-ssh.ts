import type { AllowedSigner } from './allowed-signers.ts';
import { matchesPatternList } from './pattern-list.ts';
import { isSignedBy, showName } from './ssh-algorithm.ts';
import type { SshSignature } from './ssh-signature.ts';
import { parseSshSignature, wrapPayload } from './ssh-signature.ts';
import { MalformedError } from './ssh-wire.ts';

/** Whom this host trusts at a time. */
export interface SshTrust {
  readonly signers: readonly AllowedSigner[];
  /** Fingerprints; they win over `signers`. */
  readonly revoked: ReadonlySet<string>;
  /** Milliseconds since 1970. Never the time in a commit, which its signer chooses. */
  readonly now: number;
}

const NAMESPACE = 'git';

/**
 * Why a payload with this armored SSH signature is not to be trusted, as the end of a sentence that begins with the
 * commit; null: one of the signers signed it. Several lines with one key are alternatives. Never throws for what a
 * commit holds.
 */
export function judgeSshSignature(armored: string, payload: Uint8Array, trust: SshTrust): string | null {
  try {
    const signature = parseSshSignature(armored);
    return judge(signature, payload, trust);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return `has an SSH signature that is not accepted: ${error.message}`;
  }
}

function judge(signature: SshSignature, payload: Uint8Array, trust: SshTrust): string | null {
  const { fingerprint, namespace, keyType } = signature;
  if (namespace !== NAMESPACE)
    return `has a signature for the wrong namespace ${showName(namespace)}, not for "${NAMESPACE}"`;
  if (trust.revoked.has(fingerprint)) return `is signed with the revoked key ${fingerprint}`;
  const lines = trust.signers.filter(({ key }) => key.fingerprint === fingerprint);
  const [first] = lines;
  if (first === undefined)
    return `is signed with the unknown key ${fingerprint} of type ${showName(keyType)}`;
  if (!isSignedBy(first.key, wrapPayload(signature, payload), signature.signature))
    return `has a bad signature: the key ${fingerprint} of ${first.principals} did not sign this`;
  const reasons = lines.map((line) => judgeLine(line, trust.now));
  return reasons.includes(null) ? null : (reasons[0] ?? null);
}

/** Why a line of the file does not allow what its key signed, or null. */
function judgeLine(signer: AllowedSigner, now: number): string | null {
  const { principals, namespaces, validAfter, validBefore } = signer;
  const whose = `is signed by ${principals}, whose key ${signer.key.fingerprint}`;
  if (namespaces !== null && !matchesPatternList(NAMESPACE, namespaces))
    return `${whose} is not allowed for git (namespaces="${namespaces}")`;
  if (validAfter !== null && now < validAfter) return `${whose} is not valid before ${showTime(validAfter)}`;
  if (validBefore !== null && now > validBefore) return `${whose} expired on ${showTime(validBefore)}`;
  return null;
}

function showTime(time: number): string {
  return new Date(time).toISOString();
}
