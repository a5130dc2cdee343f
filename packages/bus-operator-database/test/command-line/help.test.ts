import { describe, expect, it } from 'vitest';
import { flags, verbs } from '../../src/command-line/flag-table.ts';
import { databaseHelp } from '../../src/command-line/help.ts';

describe('helpText', () => {
  it('says what the family is for, its verbs and flags', () => {
    expect(databaseHelp()).toMatchInlineSnapshot(`
      "bus operator database: makes the roles, databases, schemas, privileges and DSN files that
      a deployment's services need, and proves with real logins that they work.

      usage: bus operator database [flags] VERB [flags]

      verbs, in the order of use:
        init      writes a manifest to start with: from the keys, or from what a server has (reads only)
        validate  checks a manifest file, without a server
        doctor    checks that everything is ready: configuration, files, server, rights (reads only)
        plan      shows what apply would do, step by step (reads only)
        apply     carries the plan out
        status    shows what exists, beside what is declared (reads only)
        verify    logs in as each service, tries what it may and may not do; checks who can reach the server
        report    makes one HTML page of plan, status and verify, with who may do what and from where (reads only)

      flags, before or after the verb:
        -h, --help               this text; after a verb, the help of the verb
        -V, --version            name and version
        -v, --verbose            no folded lines, the SQL of each step; -vv: traces of defects too
            --trace              the same as -vv
        -q, --quiet              errors only; no result, not even in the file of -o
        -C, --chdir DIR          run as if started in DIR
        -o, --output FILE        write the result to FILE (0600) instead of stdout; -: stdout
        -f, --format FORMAT      text (default) or json; for help also opencli
            --color WHEN         auto (default), always or never
            --progress WHEN      auto (default), always (lines as in a log, also on a terminal) or never
            --no-color           the same as --color never
            --provider NAME      must be the same as BUS_DATABASE_PROVIDER if both are given
            --deployment ID      must be the same as BUS_DEPLOYMENT_ID; says which deployment you mean
            --env-file FILE      read FILE instead of ./.env; its values win over the environment
            --timeout TIME       end the whole run after TIME: 30s, 2m
            --lock-timeout TIME  wait at most TIME for another run of this deployment, and for other locks
            --api-url URL        let the API at URL do the work, with its own configuration
            --token-file FILE    the token for --api-url, in a file of mode 0600
            --jobs N             work on at most N databases at a time

      flags of single verbs: bus operator database VERB --help
      flags and configuration keys for programs: bus operator database help -f opencli

      examples:
        bus operator database doctor
        bus operator database plan
        bus operator database apply

      exit status:
        0      done
        1      failed; also if a check of verify or doctor failed
        2      wrong usage or configuration
        3      plan, status or report with --check: there is work to do, or apply would refuse
        4      refused as unsafe: not of this deployment, a risk not allowed, a saved plan that no longer fits
        128+n  ended by signal n, after it printed what is done

      configuration: BUS_DEPLOYMENT_ID, BUS_DATABASE_* and the provider's keys (BUS_POSTGRES_*) in the environment;
      bus loads ./.env, this command loads --env-file FILE.
      "
    `);
  });

  it('says what a verb does, with its own flags', () => {
    expect(databaseHelp('apply')).toMatchInlineSnapshot(`
      "bus operator database apply: plans again under the lock of the deployment, and carries the plan out.
      It may be stopped at any time: run it again and it continues. It takes nothing away without --allow.

      usage: bus operator database apply [flags]

      flags of apply:
            --plan FILE          carry out exactly the plan saved in FILE, or refuse
            --dry-run            only show what would be done
            --allow RISK[,RISK]  let revoke, destructive, elevate or weaken-tls steps pass
            --adopt              take over roles and databases that carry no deployment's mark
            --adopt-from ID      take over what carries deployment ID's mark
            --rotate ROLE        give ROLE a new password
            --manifest FILE      the manifest, in place of the list keys; default: BUS_DATABASE_MANIFEST_FILE

      flags of every verb:
        -h, --help               this text; after a verb, the help of the verb
        -V, --version            name and version
        -v, --verbose            no folded lines, the SQL of each step; -vv: traces of defects too
            --trace              the same as -vv
        -q, --quiet              errors only; no result, not even in the file of -o
        -C, --chdir DIR          run as if started in DIR
        -o, --output FILE        write the result to FILE (0600) instead of stdout; -: stdout
        -f, --format FORMAT      text (default) or json; for help also opencli
            --color WHEN         auto (default), always or never
            --progress WHEN      auto (default), always (lines as in a log, also on a terminal) or never
            --no-color           the same as --color never
            --provider NAME      must be the same as BUS_DATABASE_PROVIDER if both are given
            --deployment ID      must be the same as BUS_DEPLOYMENT_ID; says which deployment you mean
            --env-file FILE      read FILE instead of ./.env; its values win over the environment
            --timeout TIME       end the whole run after TIME: 30s, 2m
            --lock-timeout TIME  wait at most TIME for another run of this deployment, and for other locks
            --api-url URL        let the API at URL do the work, with its own configuration
            --token-file FILE    the token for --api-url, in a file of mode 0600
            --jobs N             work on at most N databases at a time

      examples:
        bus operator database apply
        bus operator database apply --plan ./plan.json
        bus operator database apply --allow revoke

      exit status:
        0      done
        1      failed
        2      wrong usage or configuration
        4      refused as unsafe: not of this deployment, a risk not allowed, a saved plan that no longer fits
        128+n  ended by signal n, after it printed what is done

      configuration: BUS_DEPLOYMENT_ID, BUS_DATABASE_* and the provider's keys (BUS_POSTGRES_*) in the environment;
      bus loads ./.env, this command loads --env-file FILE.
      "
    `);
  });

  it.each(Object.keys(verbs) as (keyof typeof verbs)[])(
    'names every flag of %s, three examples and exit statuses',
    (verb) => {
      const text = databaseHelp(verb);
      for (const flag of flags) {
        const isKnown = flag.verbs === undefined || flag.verbs.includes(verb);
        const isNamed = new RegExp(`^ +(-., )?--${flag.name}( |$)`, 'm').test(text);
        expect(isNamed, `${verb} --${flag.name}`).toBe(isKnown);
      }
      expect(
        text
          .split('examples:')[1]
          ?.split('exit status:')[0]
          ?.match(/bus operator database/g),
      ).toHaveLength(3);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    },
  );
});
