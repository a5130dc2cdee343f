// The one key that would make failing findings right, where the policy and not the server may be what is wrong. Pure.
import type { Check } from 'bus-integration-database';
import { type Policy, policyKey } from './policy.ts';

/** The policy's own check, with the key said in it when who may reach the server is what failed. */
export function withWayOut(policyCheck: Check, findings: readonly Check[], policy: Policy): Check {
  const isReach = ({ id, result }: Check) => result === 'fail' && reach.includes(id);
  if (policyCheck.remedy !== undefined || policy.name === 'external' || !findings.some(isReach)) return policyCheck;
  const anybody = policy.name === 'tls' ? '' : `; or ${policyKey}=tls where anybody may come by TLS`;
  const why = [policyCheck.why, 'more can reach the server than the policy has room for'].filter(
    (text) => text !== undefined,
  );
  return {
    ...policyCheck,
    why: why.join('; '),
    remedy: `fix the lines below; or set ${policyKey}=external where a firewall, platform or port map guards the port${anybody}`,
  };
}

const reach = ['too-wide', 'listen-addresses', 'tls-off', 'plain-host-beside-hostssl'];
