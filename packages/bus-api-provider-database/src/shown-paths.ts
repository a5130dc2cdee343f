// Where files lie on this machine is kept out of answers: what a finding says of them is put relative. Steps need none of
// it, the provider names their files so by itself. Pure.
import { resolve } from 'node:path';
import type { Configuration, Response } from 'bus-integration-database';

/**
 * Makes findings tell paths in the output directory relative to it, and others relative to where the server runs.
 *
 * @example
 * const shown = showPaths(configuration, '/srv/shop');
 * shown(response).checks; // './bus_auth.dsn …', not '/srv/shop/local/dsn/bus_auth.dsn …'
 */
export function showPaths({ dsnOutputDirectory }: Configuration, cwd: string): (response: Response) => Response {
  const directory = dsnOutputDirectory === undefined ? undefined : resolve(cwd, dsnOutputDirectory);
  const written = dsnOutputDirectory?.replace(/(?<=.)\/+$/, '');
  const rules = [
    ...[directory, written].filter((path) => path !== undefined && path.length > 1).map((path) => [path, '.'] as const),
    ...(cwd === '/' ? [] : [[cwd, '.'] as const]),
  ];
  const shown = (text: string) => rules.reduce((told, [path = '', by]) => replacePath(told, path, by), text);
  const each = <T extends object>(finding: T): T => {
    const entries = Object.entries(finding).map(([key, value]) => [
      key,
      ['message', 'seen', 'remedy', 'target'].includes(key) && typeof value === 'string' ? shown(value) : value,
    ]);
    return Object.fromEntries(entries);
  };
  return (response) => {
    const { checks, connectivity, listener_policy } = response;
    return {
      ...response,
      diagnostics: response.diagnostics.map(each),
      ...(checks !== undefined && { checks: checks.map(each) }),
      ...(connectivity !== undefined && { connectivity: connectivity.map(each) }),
      ...(listener_policy !== undefined && { listener_policy: listener_policy.map(each) }),
    };
  };
}

/** Only where the path stands as one: not as the beginning or the end of a longer name. */
function replacePath(text: string, path: string, by: string): string {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w./-])${escaped}(?=/|[^\\w.-]|\\.?$)`, 'g'), () => by);
}
