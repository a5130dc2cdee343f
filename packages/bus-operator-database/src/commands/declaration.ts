// What the flags of plan and apply allow, as the parts of a request that say so.
import {
  type Allowed,
  adoptedFrom,
  adoptFromPart,
  type Configuration,
  lineBreakFault,
  OperationError,
  printable,
  type Response,
  risks,
  rolesOf,
} from 'bus-integration-database';
import { nearest } from 'bus-integration-database/suggest';
import { nameList } from '../command-line/figures.ts';
import type { Flags } from '../command-line/flags.ts';

/** What the flags allow, beside what a saved plan was allowed when it was saved. */
export function permissions(configuration: Configuration, flags: Flags, saved?: Response): Allowed {
  const carried = saved?.allowed;
  return {
    allow: unique([...flags.allow.map(knownRisk), ...(carried?.allow ?? [])]),
    adopt: flags.adopt || (carried?.adopt ?? false),
    ...adoptFromPart([...flags.adoptFrom, ...adoptedFrom(carried?.adopt_from)]),
    rotate: unique([...flags.rotate.map((role) => declaredRole(role, configuration)), ...(carried?.rotate ?? [])]),
  };
}

function knownRisk(risk: string): string {
  if ((risks as readonly string[]).includes(risk)) return risk;
  const close = nearest(risk, risks);
  const hint = close === undefined ? `expected ${risks.join(', ')}` : `did you mean ${close}?`;
  throw new OperationError('invalid-request', `--allow ${JSON.stringify(printable(risk))} is no risk; ${hint}`, {
    code: 'usage',
  });
}

/** A rotation that names nothing must not look like one that was done. */
function declaredRole(role: string, { declared }: Configuration): string {
  const { serviceRole } = declared;
  const roles = rolesOf({
    ...declared,
    roles: serviceRole === undefined ? declared.roles : [serviceRole, ...declared.roles],
  });
  if (roles.includes(role)) return role;
  const broken = lineBreakFault(role);
  if (broken !== undefined)
    throw new OperationError('invalid-request', `--rotate ${printable(role)}: ${broken}`, { code: 'usage' });
  const known = roles.length === 0 ? 'none is declared' : `declared: ${printable(nameList(roles))}`;
  throw new OperationError('invalid-request', `--rotate ${printable(role)}: no such role is declared; ${known}`, {
    code: 'usage',
  });
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
