// What may be touched: chosen before anything is compared. What isn't ours is refused by name, never dropped, never
// taken for absent.
import {
  type Allowed,
  advise,
  type DesiredNames,
  isDeploymentId,
  nextCommand,
  ownCommand,
  type Refusal,
  type Remedy,
  type Standing,
} from 'bus-integration-database';
import { deploymentsIn, isUnfinished, ownership } from '../observe/mark.ts';
import type { Observation, ObservedDatabase, ObservedRole } from '../observe/observation.ts';
import type { RetiredNames } from '../observe/retiring.ts';
import { anyDatabase, ownerOrSuperuser, runs } from '../text/psql-remedy.ts';
import { printable, shown } from '../text/shown.ts';
import { identifier } from '../text/sql-text.ts';
import { type DeclaredPowers, powersOf } from './powers.ts';

/** What the operator said may be touched beside what is ours. */
export interface Adoption {
  readonly deploymentId: string;
  readonly adopt: boolean;
  readonly adoptFrom?: readonly string[];
  /** Looks beyond what a role can do that no service may, to what would be refused once that is gone. */
  readonly assumesPowerless?: boolean;
  /** By role, what the desired state gives it itself. Default: no powers. */
  readonly declaredPowers?: ReadonlyMap<string, DeclaredPowers>;
  /** Databases that a manifest declares: their owner may be a role of its. Default: none. */
  readonly databases?: ReadonlySet<string>;
}

export interface Judgement {
  readonly standing: Standing;
  readonly refusal?: Refusal;
}

/** How everything declared stands, by name, and why some of it is refused. */
export interface Standings {
  readonly roles: ReadonlyMap<string, Standing>;
  readonly databases: ReadonlyMap<string, Standing>;
  readonly refusals: readonly Refusal[];
}

/** Judges every declared role and database. */
export function judge(desired: DesiredNames, seen: Observation, adoption: Adoption): Standings {
  const roles = [...desired.roles].map((name) => [name, judgeRole(name, seen, adoption)] as const);
  const databases = [...desired.databases.keys()].map((name) => [name, judgeDatabase(name, seen, adoption)] as const);
  const standings = (judged: typeof roles) => new Map(judged.map(([name, { standing }]) => [name, standing]));
  return {
    roles: standings(roles),
    databases: standings(databases),
    refusals: [...roles, ...databases].flatMap(([, { refusal }]) => refusal ?? []),
  };
}

/** Judges what is to be retired: of databases only those with the mark, since adopting one is no reason to drop it. */
export function judgeRetired(names: RetiredNames, seen: Observation, adoption: Adoption): Standings {
  const roles = names.roles.map((name) => [name, judgeRetiredRole(name, seen, adoption)] as const);
  const databases = names.databases.map((name) => [name, judgeRetiredDatabase(name, seen, adoption)] as const);
  const standings = (judged: typeof roles) => new Map(judged.map(([name, { standing }]) => [name, standing]));
  return {
    roles: standings(roles),
    databases: standings(databases),
    refusals: [...roles, ...databases].flatMap(([, { refusal }]) => refusal ?? []),
  };
}

function judgeRetiredRole(name: string, seen: Observation, adoption: Adoption): Judgement {
  const role = seen.roles.get(name);
  if (role === undefined) return { standing: 'missing' };
  if (name === seen.admin.name || role.isSuperuser) {
    const what = role.isSuperuser ? 'is a superuser' : 'is the admin role of this run';
    return refusedThing(name, `role ${shown(name)} ${what}, which is not retired`, {
      remedy: 'take it out of retire in the manifest',
    });
  }
  const marks = deploymentsIn(role.comment);
  // What is not this deployment's alone is not its to retire, whatever may be adopted.
  if (marks.length === 1 && marks[0] === adoption.deploymentId) return { standing: 'ours' };
  const whose =
    marks.length === 0 ? "carries no deployment's mark" : `carries the mark of ${marks.map(printable).join(', ')}`;
  return refusedThing(name, `role ${shown(name)} ${whose}, so it is not this one's to retire`, {
    remedy: [
      'take it out of retire in the manifest, or, where it is this deployment’s, adopt it under roles before: ',
      nextCommand('apply', { allow: [], adopt: true, rotate: [] }),
    ],
  });
}

function judgeRetiredDatabase(name: string, seen: Observation, adoption: Adoption): Judgement {
  const database = seen.databases.get(name);
  if (database === undefined) return { standing: 'missing' };
  if (isUnfinished(database, adoption.deploymentId, seen.admin.name)) return { standing: 'unfinished' };
  const others = deploymentsIn(database.comment);
  if (others.length === 1 && others[0] === adoption.deploymentId) return { standing: 'ours' };
  const whose =
    others.length === 0 ? "carries no deployment's mark" : `belongs to deployment ${others.map(printable).join(', ')}`;
  return refusedThing(name, `database ${shown(name)} ${whose}, so it is not this one's to retire`, {
    remedy: [
      'take it out of retire in the manifest, or, where it is this deployment’s, adopt it under databases before: ',
      nextCommand('apply', { allow: [], adopt: true, rotate: [] }),
    ],
  });
}

/** Whether a role may be made a service's login role. */
export function judgeRole(name: string, seen: Observation, adoption: Adoption): Judgement {
  const role = seen.roles.get(name);
  const isManifest = adoption.databases !== undefined;
  const another = `name another role ${isManifest ? 'under roles in the manifest' : 'in BUS_DATABASE_SERVICE_ROLE'}`;
  if (name === seen.admin.name) {
    return refusedThing(name, `role ${shown(name)} is the admin role of this run; a service must not log in as it`, {
      remedy: another,
    });
  }
  if (role === undefined) return { standing: 'missing' };
  const powers = adoption.assumesPowerless
    ? undefined
    : powersOf(role, seen, adoption.deploymentId, adoption.declaredPowers?.get(name), adoption.databases);
  if (powers !== undefined) {
    const isOurs = ownership(role.comment, adoption.deploymentId) === 'ours';
    return refusedThing(name, `role ${shown(name)} ${powers.text}; a service role must not`, {
      remedy: isOurs ? powers.remedy : [`${another}, or `, powers.remedy],
    });
  }
  return judgeMark('role', role, adoption);
}

/** Whether a database may be prepared for the deployment. */
export function judgeDatabase(name: string, seen: Observation, adoption: Adoption): Judgement {
  const database = seen.databases.get(name);
  if (database === undefined) return { standing: 'missing' };
  if (database.connectionLimit === -2) {
    return refusedThing(name, `database ${shown(name)} is invalid (a DROP DATABASE of it was cut off)`, {
      remedy: runs(ownerOrSuperuser, anyDatabase, `DROP DATABASE ${identifier(name)};`),
    });
  }
  if (isUnfinished(database, adoption.deploymentId, seen.admin.name)) return { standing: 'unfinished' };
  if (isUnfinished(database, adoption.deploymentId, database.owner)) {
    // Opened by hand it would be open to PUBLIC, and carry no mark.
    const owner = shown(database.owner);
    return refusedThing(name, `database ${shown(name)} was begun by ${owner}'s apply and not finished`, {
      remedy: [`run apply as ${owner}: name it in the admin DSN, then `, ownCommand('apply')],
    });
  }
  if (!database.allowsConnections) {
    return refusedThing(name, `database ${shown(name)} allows no connections (closed by hand, or by another tool)`, {
      remedy: runs(ownerOrSuperuser, anyDatabase, `ALTER DATABASE ${identifier(name)} ALLOW_CONNECTIONS true;`),
    });
  }
  return judgeMark('database', database, adoption);
}

function judgeMark(kind: 'role' | 'database', thing: ObservedRole | ObservedDatabase, adoption: Adoption): Judgement {
  switch (ownership(thing.comment, adoption.deploymentId)) {
    case 'ours':
      return { standing: 'ours' };
    case 'unmarked':
      if (adoption.adopt) return { standing: 'adopted' };
      return refuseUntil(
        { adopt: true },
        thing.name,
        `${kind} ${shown(thing.name)} exists and carries no deployment's mark; if it is not this deployment's, name another ${kind}`,
      );
    case 'foreign': {
      const others = deploymentsIn(thing.comment);
      if (others.some((id) => adoption.adoptFrom?.includes(id))) return { standing: 'adopted' };
      const message = `${kind} ${shown(thing.name)} belongs to deployment ${others.map(printable).join(', ')}`;
      const from = others.find((id) => isDeploymentId(id));
      if (from === undefined) return refusedThing(thing.name, message, { remedy: `name another ${kind}` });
      const told = `${message}; name another ${kind}, unless it is to be taken over`;
      return refuseUntil({ adopt_from: from }, thing.name, told);
    }
  }
}

function refusedThing(target: string, message: string, { remedy }: { remedy: Remedy }): Judgement {
  return {
    standing: 'refused',
    refusal: {
      severity: 'fail',
      code: 'not-ours',
      errorClass: 'not-ours',
      message,
      target: printable(target),
      ...advise(remedy),
    },
  };
}

/** What only has to be allowed. */
function refuseUntil(needs: Partial<Allowed>, target: string, message: string): Judgement {
  const remedy = nextCommand('apply', { allow: [], adopt: false, rotate: [], ...needs });
  const refusal = { severity: 'fail', code: 'not-ours', errorClass: 'not-ours', message, needs } as const;
  return { standing: 'refused', refusal: { ...refusal, target: printable(target), ...advise(remedy) } };
}
