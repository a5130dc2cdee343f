// Who may make itself a member of a role is told, with a statement that ends it, whoever granted it.
import { createPlainAdmin, startServer } from 'embedded';
import { expect, test } from 'vitest';
import { everything, hba, told } from './faults/stage.ts';
import { createDeployment, fromManifest, temporaryFolder } from './scenarios/deployment.ts';

const manifest = `
roles: {boss: {}, lead: {login: true, member_of: [{role: crew, admin: true}]}, reader: {login: true}, crew: {}}
every_database: {owner: boss, schemas: [app], access: {reader: read, lead: write}}
databases: {shop: {}}
`;

test.each([15, 18] as const)(
  'PostgreSQL %i',
  async (major) => {
    await using server = await startServer({ major, hba });
    using folder = temporaryFolder();
    const adminDsn = await createPlainAdmin(server, 'maker');
    const deployment = createDeployment({ adminDsn, desired: fromManifest(manifest), folder: folder.path });
    expect(await deployment.apply()).toMatchObject({ ok: true });
    const look = async () => told(await deployment.verify(everything)).filter((line) => /ADMIN|may act as/.test(line));
    // What the manifest says is no finding; nor that who made the roles may pass them on.
    expect(await look()).toEqual([]);

    await server.query('CREATE ROLE stranger LOGIN; CREATE ROLE aide; GRANT aide TO reader');
    const by = major >= 16 ? ' GRANTED BY maker' : '';
    await server.query(`GRANT reader TO stranger${by}; GRANT boss TO aide WITH ADMIN OPTION${by}`);
    const found = await look();
    expect(found.join('\n')).toMatch(/acts-as-service reader: stranger may act as reader /);
    expect(found.join('\n')).toMatch(
      /service-limits reader: reader may make itself and others members of boss \(ADMIN, by aide\)/,
    );
    for (const line of found) await server.query(/(REVOKE .*;)/.exec(line)?.[1] ?? '');
    await server.query('REVOKE aide FROM reader');
    // From 16 on CREATEROLE with ADMIN sets the password too; before, CREATEROLE alone does.
    const option = major >= 16 ? 'ADMIN TRUE, INHERIT FALSE, SET FALSE' : 'ADMIN OPTION';
    await server.query('CREATE ROLE maid LOGIN CREATEROLE; CREATE ROLE hand CREATEROLE; GRANT hand TO maid');
    await server.query(`GRANT reader TO maid, hand WITH ${option}${by}`);
    const makers = (await look()).filter((line) => /acts-as-service reader/.test(line));
    expect(makers.join('\n')).toMatch(
      major >= 16
        ? /acts-as-service reader: hand, maid may make itself a member of reader \(ADMIN\), and then act as it/
        : /acts-as-service reader: hand, maid may act as reader/,
    );
    for (const line of makers) await server.query(/(REVOKE .*;)/.exec(line)?.[1] ?? '');
    // Nor is it one where a superuser looks after an admin that is none.
    const desired = fromManifest(manifest);
    const bySuperuser = createDeployment({ adminDsn: server.dsn(), desired, folder: folder.path });
    const seen = told(await bySuperuser.verify(everything)).filter((line) => /ADMIN|may act as/.test(line));
    expect(seen.filter((line) => /maker/.test(line))).toEqual([]);
    expect((await look()).filter((line) => !/aide may act as boss/.test(line))).toEqual([]);
  },
  60_000,
);
