/**
 * What carrying a step out may do to others. `create` makes something new or only reads; `grant` adds rights;
 * `update` changes something that exists; `rotate` replaces a password; `weaken-tls` has services connect with less
 * protection than before; `elevate` gives a role power beyond the deployment's own things; `revoke` takes rights away; `destructive` loses something.
 */
export const risks = ['create', 'grant', 'update', 'rotate', 'weaken-tls', 'elevate', 'revoke', 'destructive'] as const;
export type Risk = (typeof risks)[number];
