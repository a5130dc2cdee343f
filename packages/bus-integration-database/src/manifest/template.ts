// What an output's file and variable are called: a text with placeholders for a database, a role and the deployment. Pure.
import { nearest } from '../text/suggest.ts';
import type { TextFault } from './shapes/single-shapes.ts';
import { isShowable } from './text/seen.ts';

export interface Filling {
  readonly database: string;
  readonly role: string;
  readonly deployment: string;
}

const placeholders = ['database', 'DATABASE', 'role', 'ROLE', 'deployment'] as const;

/** Why a text is no template, as the end of a sentence. */
export function templateFault(template: string): TextFault | undefined {
  for (const [whole, name = ''] of template.matchAll(/\{([^{}]*)\}/g)) {
    if ((placeholders as readonly string[]).includes(name)) continue;
    if (!isShowable(name)) return 'holds a placeholder that there is not';
    const close = nearest(name, placeholders);
    if (close === undefined)
      return `holds {${name.slice(0, 40)}}; known: ${placeholders.map((one) => `{${one}}`).join(', ')}`;
    return {
      why: `holds {${name.slice(0, 40)}}; did you mean {${close}}?`,
      instead: JSON.stringify(template.replace(whole, `{${close}}`)),
    };
  }
  return /[{}]/.test(template.replace(/\{[^{}]*\}/g, '')) ? 'holds a single { or }' : undefined;
}

/** Whether two databases or two roles would get the same. */
export function tellsApart(template: string, what: 'database' | 'role'): boolean {
  return template.includes(`{${what}}`) || template.includes(`{${what.toUpperCase()}}`);
}

/**
 * A path with the names in it; no name is more than one part of it.
 *
 * @example
 * filledPath('k8s/{database}-app.yaml', { database: '../x', role: 'app', deployment: 'shop' }); // 'k8s/%2E%2E%2Fx-app.yaml'
 */
export function filledPath(template: string, filling: Filling): string {
  return filled(template, filling, (name) =>
    name.replace(/[^\w-]/gu, (one) => encodeURIComponent(one).replaceAll('.', '%2E')),
  );
}

/** Any other text with the names in it, as they are. */
export function filledText(template: string, filling: Filling): string {
  return filled(template, filling, (name) => name);
}

function filled(template: string, { database, role, deployment }: Filling, spelled: (name: string) => string): string {
  const values: Readonly<Record<(typeof placeholders)[number], string>> = {
    database: spelled(database),
    DATABASE: spelled(database).toUpperCase(),
    role: spelled(role),
    ROLE: spelled(role).toUpperCase(),
    deployment,
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name as keyof typeof values] ?? whole);
}
