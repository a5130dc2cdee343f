// Answers to be drawn, of any size and with any names.
import type { ReportContent, Response, Step } from '../../src/index.ts';

const target = {
  host: 'db.example.com',
  port: 5432,
  database: 'postgres',
  admin_role: 'deploy_admin',
  server_version: '18.4',
  system_identifier: '7710971639735813047',
};

export function answer(parts: Partial<Response> = {}): Response {
  return {
    ok: true,
    deployment_id: 'example-dev',
    provider: 'postgres',
    actions: [],
    steps: [],
    diagnostics: [],
    target,
    ...parts,
  };
}

export function content(parts: Partial<ReportContent> = {}): ReportContent {
  return {
    version: 1,
    taken_at: '2026-11-30T12:00:00.000Z',
    connections: 12,
    connection_limit: 97,
    roles: [role('svc')],
    roles_left_out: 0,
    databases: [database('app')],
    access: [{ role: 'svc', database: 'app', word: 'create', ground: 0 }],
    grounds: [[{ on: 'schema app', privileges: ['USAGE', 'CREATE'], via: ['granted to it'] }]],
    entrances: [],
    memberships: [],
    ownership: [],
    files: [],
    unseen: [],
    ...parts,
  };
}

export function role(name: string, parts: Partial<ReportContent['roles'][number]> = {}) {
  return { name, is_declared: true, can_login: true, has_all_rights: false, powers: [], connections: 0, ...parts };
}

export function database(name: string, parts: Partial<ReportContent['databases'][number]> = {}) {
  return { name, is_declared: true, owner: 'deploy_admin', connections: 0, is_seen: true, ...parts };
}

/** A whole report: nothing failed, nothing to do, all seen. */
export function whole(parts: Partial<Response> = {}, inside: Partial<ReportContent> = {}): Response {
  return answer({
    complete: true,
    connectivity: [],
    listener_policy: [],
    drift: [],
    databases: [{ name: 'app', state: 'ours', size_bytes: 9_100_000 }],
    report: content(inside),
    ...parts,
  });
}

export function step(target: string, parts: Partial<Step> = {}): Step {
  return { action: 'grant-privileges', target, risk: 'grant', summary: 'svc: CONNECT', ...parts };
}
