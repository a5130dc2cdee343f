// Manifests that are wrong: what each is, its text, and everything that is told of it, with its place.

const head = 'version: 1\ndeployment: d\n';

/** Two login roles of which one may enter billing, and a group. */
const shop =
  'roles: {app: {login: true}, ro: {login: true}, group: {}}\n' +
  'databases: {orders: {access: {app: write, ro: read}}, billing: {access: {app: write}}}\n';

/** What stands above a text. */
export const above = { nothing: '', head, shop: [head, shop].join('') } as const;

export interface BadFile {
  readonly name: string;
  /** Default: head. */
  readonly under?: keyof typeof above;
  readonly text: string;
  /** `line:column: message` of each problem. */
  readonly says: readonly string[];
}

const noManifest =
  '1:1: this is not a manifest, expected a map with version and deployment; nothing of it is shown: it may be a secret';

/** `r1: {}, r2: {}, …` */
function numbered(name: string, count: number, value = '{}'): string {
  return Array.from({ length: count }, (_, at) => `${name}${at + 1}: ${value}`).join(', ');
}

export const badFiles: readonly BadFile[] = [
  {
    name: 'a file of few lines that comes to millions of grants',
    text: [
      `roles: {${numbered('r', 400)}}\n`,
      `every_database: {schemas: [a, b, c], access: {${numbered('r', 400, 'read')}}}\n`,
      `databases: {${numbered('d', 400)}}\n`,
    ].join(''),
    says: ['1:1: the manifest comes to 645,200 resources, expected at most 200,000; split it into several deployments'],
  },
  {
    name: 'a word of many names that many roles are given in many databases',
    text: [
      `roles: {${numbered('r', 50)}}\n`,
      `words: {some: {SELECT: [${Array.from({ length: 100 }, (_, at) => `public.t${at}`).join(', ')}]}}\n`,
      `every_database: {access: {${numbered('r', 50, 'some')}}}\n`,
      `databases: {${numbered('d', 50)}}\n`,
    ].join(''),
    says: ['1:1: the manifest comes to 255,350 resources, expected at most 200,000; split it into several deployments'],
  },
  {
    name: 'a schema for everybody that is not declared',
    text: 'databases: {d: {schemas: [app], public: {create: [app, ap]}}}\n',
    says: ['3:56: schema ap is not declared in database d; declare it under schemas'],
  },
  {
    name: 'outputs that come to millions of files',
    text: [
      `roles: {${numbered('r', 100, '{login: true}')}}\n`,
      `every_database: {access: {${numbered('r', 100, 'connect')}}}\n`,
      `databases: {${numbered('d', 300)}}\n`,
      `outputs: [${Array.from({ length: 10 }, (_, at) => `{form: uri, file: "${at}/{database}.{role}"}`).join(', ')}]\n`,
    ].join(''),
    says: [
      '1:1: the manifest comes to 303,000 output files, expected at most 200,000; split it into several deployments',
    ],
  },
  {
    name: 'an empty file',
    under: 'nothing',
    text: '',
    says: ['1:1: the file is empty, expected version: 1'],
  },
  {
    name: 'a comment alone',
    under: 'nothing',
    text: '# nothing\n',
    says: ['1:1: the file is empty, expected version: 1'],
  },
  {
    name: 'a list instead of a map',
    under: 'nothing',
    text: '- version: 1\n',
    says: [noManifest],
  },
  {
    name: 'a text instead of a map',
    under: 'nothing',
    text: 'postgres\n',
    says: [noManifest],
  },
  {
    name: 'a tab as indentation',
    text: 'roles:\n\tapp: {}\n',
    says: ['4:1: a tab stands where only blanks may; indent with blanks'],
  },
  {
    name: 'a bracket that is left open',
    text: 'roles: {app: {login: true}\ndatabases: {}\n',
    says: ['4:1: this is not indented as what it belongs to, or a bracket before it is not closed'],
  },
  {
    name: 'a quote that is left open',
    text: 'roles: {app: {valid_until: "2027}}\n',
    says: ['4:1: the file ends here, and a quote or a bracket is still open'],
  },
  {
    name: 'a colon in a value',
    text: 'roles: app: {}\n',
    says: ['3:8: a second ": " in one value; put the value in quotes, or the second key on a line of its own'],
  },
  {
    name: 'an indentation that fits nothing',
    text: 'roles:\n  app:\n    login: true\n   other: {}\n',
    says: ['6:1: this is not indented as what it belongs to, or a bracket before it is not closed'],
  },
  {
    name: 'a value that begins with an at sign',
    text: 'roles: {app: {acts_as: @owner}}\n',
    says: ['3:24: a value can not begin with this character; put it in quotes'],
  },
  {
    name: 'an unknown escape',
    text: 'roles: {"a\\qb": {}}\n',
    says: ['3:11: this escape is unknown in double quotes; in single quotes a \\ is only a \\'],
  },
  {
    name: 'a second document',
    text: 'roles: {app: {}}\n---\nroles: {}\n',
    says: ['4:1: a second document begins here; a file is one manifest'],
  },
  {
    name: 'another version of YAML',
    under: 'nothing',
    text: '%YAML 1.1\n---\nversion: 1\ndeployment: d\nroles: {app: {}}\n',
    says: ['1:1: the file is read as YAML 1.2, whatever it says here'],
  },
  {
    name: 'an unknown directive',
    under: 'nothing',
    text: '%FOO bar\n---\nversion: 1\ndeployment: d\nroles: {app: {}}\n',
    says: ['1:1: this directive is unknown'],
  },
  {
    name: 'a key twice',
    text: 'roles: {app: {}, ro: {}, app: {login: true}}\n',
    says: ['3:26: app stands here twice'],
  },
  {
    name: 'a key twice at the top',
    text: 'roles: {app: {}}\nroles: {ro: {}}\n',
    says: ['4:1: roles stands here twice'],
  },
  {
    name: 'a key twice, once in quotes',
    text: 'roles: {app: {}, "app": {}}\n',
    says: ['3:18: app stands here twice'],
  },
  {
    name: 'an anchor and its alias',
    text: 'roles: {app: &x {login: true}, ro: *x}\n',
    says: [
      '3:14: anchors are not read; write it out, or give it to each with every_database',
      '3:36: aliases are not read; write it out, or give it to each with every_database',
    ],
  },
  {
    name: 'a merge key of older YAML',
    text: 'every_database: {schemas: [app]}\ndatabases: {a: {<<: {connections: 1}}}\n',
    says: ['4:17: "<<" is an ordinary key here: only every_database is merged'],
  },
  {
    name: 'a tag',
    text: 'roles: {app: {connections: !!int 5}}\n',
    says: ['3:29: tags are not read; leave it out'],
  },
  {
    name: 'a tag of another language',
    text: 'roles: {app: !ruby/object:Role {}}\n',
    says: ['3:14: tags are not read; leave it out'],
  },
  {
    name: 'a list as a key',
    text: 'roles: {[a, b]: {}}\n',
    says: ['3:9: a key is a single name'],
  },
  {
    name: 'a key that is missing',
    text: 'roles: {: {}}\n',
    says: ['3:9: a key is missing'],
  },
  {
    name: 'a control character',
    text: 'roles: {"a\u0007b": {}}\n',
    says: ['3:11: a control character stands here (\\u0007); take it out'],
  },
  {
    name: 'CR alone',
    text: 'roles: {app: {}}\rdatabases: {}\n',
    says: ['3:17: a line ends with CR alone; end lines with LF, or CR and LF'],
  },
  {
    name: 'a byte order mark in the middle',
    text: 'roles: {\ufeffapp: {}}\n',
    says: ['3:9: a byte order mark in the middle of the file; take it out'],
  },
  {
    name: 'too deep',
    text: 'roles: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n',
    says: ['3:72: this nests deeper than a manifest can'],
  },
  {
    name: 'no version',
    under: 'nothing',
    text: 'deployment: d\nroles: {app: {}}\n',
    says: ['1:1: version is missing in a manifest'],
  },
  {
    name: 'another version',
    under: 'nothing',
    text: 'version: 2\ndeployment: d\nroles: {app: {}}\n',
    says: ['1:10: the number 2, expected 1'],
  },
  {
    name: 'the version as a text',
    under: 'nothing',
    text: 'version: "1"\ndeployment: d\nroles: {app: {}}\n',
    says: ['1:10: "1", expected 1'],
  },
  {
    name: 'no deployment',
    under: 'nothing',
    text: 'version: 1\nroles: {app: {}}\n',
    says: ['1:1: deployment is missing in a manifest'],
  },
  {
    name: 'a deployment that is not an id',
    under: 'nothing',
    text: 'version: 1\ndeployment: my shop\nroles: {app: {}}\n',
    says: ['2:13: "my shop" is not an id, expected 1 to 63 letters, digits, dots, _ and -, a letter or digit first'],
  },
  {
    name: 'a deployment that YAML reads as a number',
    under: 'nothing',
    text: 'version: 1\ndeployment: 2024\nroles: {app: {}}\n',
    says: ['2:13: the number 2024, expected the id of the deployment; put it in quotes: "2024"'],
  },
  {
    name: 'nothing declared',
    text: '',
    says: ['1:1: nothing is declared: no role and no database'],
  },
  {
    name: 'a mistyped key at the top',
    text: 'role: {app: {}}\n',
    says: ['3:1: role is an unknown key; did you mean roles?'],
  },
  {
    name: 'a group that is not declared, in the role whose name is the nearest',
    text: 'roles:\n  mo_app: {login: true, member_of: [mo_ap]}\n',
    says: ['4:37: role mo_ap is not declared; declare it under roles'],
  },
  {
    name: 'a key that nothing is like',
    text: 'frobnicate: 1\nroles: {app: {}}\n',
    says: [
      '3:1: frobnicate is an unknown key; a manifest has $schema, version, deployment, roles, every_database, databases, words, outputs, verify, retire',
    ],
  },
  {
    name: 'several problems at once, in the order of the file',
    text: 'roles:\n  app: {logn: true, conections: 40}\n  ro: {login: yes}\ndatabases:\n  a: {acess: {app: write}, owner: nobody}\noutputs: [{form: url}]\n',
    says: [
      '4:9: logn is an unknown key; did you mean login?',
      '4:21: conections is an unknown key; did you mean connections?',
      '5:15: yes, expected true',
      '7:7: acess is an unknown key; did you mean access?',
      '7:35: role nobody is not declared; declare it under roles',
      '8:18: url: did you mean uri?',
    ],
  },
  {
    name: 'roles as a list',
    text: 'roles: [app, ro]\n',
    says: ['3:8: a list stands here, expected a map of roles'],
  },
  {
    name: 'a role with nothing behind its name',
    text: 'roles:\n  app:\n  ro: {login: true}\n',
    says: ['4:7: nothing stands here, expected a map; of none write {}'],
  },
  {
    name: 'a mistyped attribute',
    text: 'roles: {app: {login: true, conections: 40}}\n',
    says: ['3:28: conections is an unknown key; did you mean connections?'],
  },
  {
    name: 'yes for true',
    text: 'roles: {app: {login: yes}}\n',
    says: ['3:22: yes, expected true'],
  },
  {
    name: 'a text for true',
    text: 'roles: {app: {login: "true"}}\n',
    says: ['3:22: "true", expected true'],
  },
  {
    name: 'a negative limit',
    text: 'roles: {app: {connections: -1}}\n',
    says: ['3:28: the number -1, expected unlimited'],
  },
  {
    name: 'a limit in quotes',
    text: 'roles: {app: {connections: "40"}}\n',
    says: ['3:28: "40", expected 40'],
  },
  {
    name: 'a broken limit',
    text: 'roles: {app: {connections: 1.5}}\n',
    says: ['3:28: the number 1.5, expected a whole number from 0, or unlimited'],
  },
  {
    name: 'a superuser',
    text: 'roles: {app: {superuser: true}}\n',
    says: ['3:15: superuser: this file makes no superuser'],
  },
  {
    name: 'a maker of roles',
    text: 'roles: {app: {createrole: false}}\n',
    says: [
      '3:15: createrole: this file makes no role that makes others: it could take over every role of the deployment',
    ],
  },
  {
    name: 'a password',
    text: 'roles: {app: {login: true, password: hunter2hunter2}}\n',
    says: ['3:28: password: no secret may stand in this file; apply makes passwords, and writes them to the outputs'],
  },
  {
    name: 'a password, mistyped',
    text: 'roles: {app: {login: true, pasword: hunter2hunter2}}\n',
    says: ['3:28: pasword: no secret may stand in this file; apply makes passwords, and writes them to the outputs'],
  },
  {
    name: 'a password file',
    text: 'roles: {app: {login: true, password_file: ./x}}\n',
    says: [
      '3:28: password_file: no secret may stand in this file; apply makes passwords, and writes them to the outputs',
    ],
  },
  {
    name: 'a connection string in a value',
    text: 'roles: {app: {settings: {application_name: "postgres://u:hunter2@h/d"}}}\n',
    says: [
      '3:44: this looks like a secret; none may stand in this file: apply makes passwords, and writes them to the outputs',
    ],
  },
  {
    name: 'a connection string of keywords',
    text: 'verify: [{role: app, database: d, sql: "host=h user=u password=hunter2"}]\nroles: {app: {}}\n',
    says: [
      '3:32: database d is not declared; declare it under databases',
      '3:40: this looks like a secret; none may stand in this file: apply makes passwords, and writes them to the outputs',
    ],
  },
  {
    name: 'a password in a statement',
    text: 'roles: {app: {login: true}}\ndatabases: {d: {access: {app: read}}}\nverify: [{role: app, database: d, sql: "ALTER ROLE app PASSWORD \'hunter2\'"}]\n',
    says: [
      '5:40: this looks like a secret; none may stand in this file: apply makes passwords, and writes them to the outputs',
    ],
  },
  {
    name: 'a secret as a setting',
    text: 'roles: {app: {settings: {my.secret_key: hunter2hunter2}}}\n',
    says: [
      '3:26: my.secret_key: no secret may stand in this file; apply makes passwords, and writes them to the outputs',
    ],
  },
  {
    name: 'a day without a time',
    text: 'roles: {app: {valid_until: 2027-01-31}}\n',
    says: [
      '3:28: "2027-01-31" is a day without a time, expected one like 2027-01-31T18:00:00Z or 2027-01-31T18:00:00+02:00, or infinity',
    ],
  },
  {
    name: 'a time without a zone',
    text: 'roles: {app: {valid_until: "2027-01-31 18:00:00"}}\n',
    says: [
      '3:28: "2027-01-31 18:00:00" has no time zone, expected one like 2027-01-31T18:00:00Z or 2027-01-31T18:00:00+02:00, or infinity',
    ],
  },
  {
    name: 'a day that no calendar has',
    text: 'roles: {app: {valid_until: 2027-02-29T18:00:00Z}}\n',
    says: ['3:28: "2027-02-29T18:00:00Z" is not a time that any calendar has'],
  },
  {
    name: 'a duration as a time',
    text: 'roles: {app: {valid_until: 90d}}\n',
    says: ['3:28: 90d is not a time, expected one like 2027-01-31T18:00:00Z or 2027-01-31T18:00:00+02:00, or infinity'],
  },
  {
    name: 'acts_as an undeclared role',
    text: 'roles: {app: {login: true, acts_as: ownr}, owner: {}}\n',
    says: ['3:37: role ownr is not declared; did you mean owner?'],
  },
  {
    name: 'acts_as itself',
    text: 'roles: {app: {login: true, acts_as: app}}\n',
    says: ['3:37: role app can not act as itself'],
  },
  {
    name: 'acts_as a role that logs in',
    text: 'roles: {app: {login: true, acts_as: owner}, owner: {login: true}}\n',
    says: ['3:37: owner logs in; acts_as names a role without login, to which all that is made belongs'],
  },
  {
    name: 'acts_as without a login',
    text: 'roles: {app: {acts_as: owner}, owner: {}}\n',
    says: ['3:24: app acts as owner from its login on, and has no login: true'],
  },
  {
    name: 'acts_as in a chain',
    text: 'roles: {a: {login: true, acts_as: b}, b: {acts_as: c}, c: {}}\n',
    says: ['3:35: a acts as b, which itself acts as c', '3:52: b acts as c from its login on, and has no login: true'],
  },
  {
    name: 'acts_as in a circle',
    text: 'roles: {a: {login: true, acts_as: b}, b: {login: true, acts_as: a}}\n',
    says: ['3:35: a acts as b, which itself acts as a', '3:65: b acts as a, which itself acts as b'],
  },
  {
    name: 'a member of itself',
    text: 'roles: {app: {member_of: [app]}}\n',
    says: ['3:27: role app can not be a member of itself'],
  },
  {
    name: 'a circle of memberships',
    text: 'roles: {a: {member_of: [b]}, b: {member_of: [{role: c}]}, c: {member_of: [a]}}\n',
    says: ['3:25: roles are members of each other: a → b → c → a'],
  },
  {
    name: 'a circle by acts_as',
    text: 'roles: {a: {login: true, acts_as: b}, b: {member_of: [a]}}\n',
    says: ['3:35: roles are members of each other: a → b → a'],
  },
  {
    name: 'a group that is not declared',
    text: 'roles: {app: {member_of: [readers]}}\n',
    says: ['3:27: role readers is not declared; declare it under roles'],
  },
  {
    name: "a group that is the server's own",
    text: 'roles: {app: {member_of: [{role: pg_monitor}]}}\n',
    says: ["3:34: role pg_monitor is the server's own; this file gives no membership in it, and nothing to it"],
  },
  {
    name: 'a group twice',
    text: 'roles: {g: {}, app: {member_of: [g, {role: g, admin: true}]}}\n',
    says: ['3:37: g stands in this list twice'],
  },
  {
    name: 'a group that acts_as names too',
    text: 'roles: {o: {}, app: {login: true, acts_as: o, member_of: [o]}}\n',
    says: ['3:59: acts_as makes app a member of o already, without its rights'],
  },
  {
    name: 'a membership without its group',
    text: 'roles: {app: {member_of: [{inherit: true}]}}\n',
    says: ['3:28: role is missing in a membership'],
  },
  {
    name: 'groups as one name',
    text: 'roles: {g: {}, app: {member_of: g}}\n',
    says: ['3:33: g, expected a list of groups: [g]'],
  },
  {
    name: 'another word for members',
    text: 'roles: {g: {members: exactly}}\n',
    says: ['3:22: exactly: expected exact'],
  },
  {
    name: "a role of the server's own",
    text: 'roles: {pg_app: {}}\n',
    says: ['3:9: pg_app begins with pg_, which the server keeps for its own roles'],
  },
  {
    name: 'a role called public',
    text: 'roles: {public: {}}\n',
    says: ['3:9: public is a role that the server keeps for itself'],
  },
  {
    name: 'a name of 64 bytes',
    text: 'roles: {xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: {}}\n',
    says: ['3:9: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx is 64 bytes long; 63 is the most'],
  },
  {
    name: 'a name with a line break',
    text: 'roles: {"a\\nb": {}}\n',
    says: [
      '3:9: "a\\u000ab" holds a line break (CR or LF), which newer servers refuse, and dumps, logs and access rules break on',
    ],
  },
  {
    name: 'the setting role',
    text: 'roles: {o: {}, app: {login: true, settings: {role: o}}}\n',
    says: ['3:46: role: acts_as of a role does it, and is proven by verify'],
  },
  {
    name: 'the setting session_authorization',
    text: 'roles: {app: {settings: {session_authorization: x}}}\n',
    says: ['3:26: session_authorization: it is not a setting of a role or a database'],
  },
  {
    name: 'the setting transaction_read_only',
    text: 'databases: {d: {settings: {Transaction_Read_Only: on}}}\n',
    says: ['3:28: Transaction_Read_Only: it is only of a transaction; write default_transaction_read_only'],
  },
  {
    name: 'a setting that nothing is called',
    text: 'databases: {d: {settings: {work mem: 4MB}}}\n',
    says: ['3:28: "work mem": no setting is called so'],
  },
  {
    name: 'a setting twice, in another case',
    text: 'databases: {d: {settings: {work_mem: 4MB, WORK_MEM: 8MB}}}\n',
    says: ['3:43: WORK_MEM stands here twice: names of settings have no case'],
  },
  {
    name: 'minutes as people write them',
    text: 'databases: {d: {settings: {statement_timeout: 5m}}}\n',
    says: ['3:47: statement_timeout: 5m has a unit that the server does not know; did you mean 5min?'],
  },
  {
    name: 'a size in the wrong case',
    text: 'databases: {d: {settings: {work_mem: 64mb}}}\n',
    says: ['3:38: work_mem: 64mb has a unit that the server does not know; did you mean 64MB?'],
  },
  {
    name: 'a size with an unknown unit',
    text: 'databases: {d: {settings: {work_mem: 64 elephants}}}\n',
    says: ['3:38: work_mem: "64 elephants" has a unit that the server does not know, expected a size like 64MB'],
  },
  {
    name: 'a size that is none',
    text: 'databases: {d: {settings: {work_mem: much}}}\n',
    says: ['3:38: work_mem: much is no size like 64MB'],
  },
  {
    name: 'a time as a size',
    text: 'databases: {d: {settings: {work_mem: 30s}}}\n',
    says: ['3:38: work_mem: 30s has a unit that the server does not know, expected a size like 64MB'],
  },
  {
    name: 'a boolean that is none',
    text: 'databases: {d: {settings: {default_transaction_read_only: onn}}}\n',
    says: ['3:59: default_transaction_read_only: onn is not among its values; did you mean on?'],
  },
  {
    name: 'a word among none of the values',
    text: 'databases: {d: {settings: {default_transaction_isolation: serialisable}}}\n',
    says: ['3:59: default_transaction_isolation: serialisable is not among its values; did you mean serializable?'],
  },
  {
    name: 'a list in one text',
    text: 'roles: {app: {settings: {search_path: "app, public"}}}\n',
    says: ['3:39: search_path: "app, public" would be one name with a comma in it; write a list'],
  },
  {
    name: 'a list of what has none',
    text: 'databases: {d: {settings: {work_mem: [4MB]}}}\n',
    says: ['3:38: work_mem: a list stands here, and it takes no list'],
  },
  {
    name: 'a setting without a value',
    text: 'databases: {d: {settings: {work_mem: }}}\n',
    says: ['3:38: nothing stands here, expected a value or a list of them'],
  },
  {
    name: 'a map as a setting',
    text: 'databases: {d: {settings: {work_mem: {size: 4}}}}\n',
    says: ['3:38: a map stands here, expected a value or a list of them'],
  },
  {
    name: 'a search_path as a setting',
    text: 'databases: {d: {settings: {search_path: [app]}}}\n',
    says: ["3:28: a database's search_path has a key of its own: search_path: [app]"],
  },
  {
    name: 'databases as a list',
    text: 'databases: [a, b]\n',
    says: ['3:12: a list stands here, expected a map of databases'],
  },
  {
    name: 'the database postgres',
    text: 'databases: {postgres: {}}\n',
    says: ['3:13: postgres is a database that the server keeps for itself'],
  },
  {
    name: 'an owner that is not declared',
    text: 'roles: {shop_owner: {}}\ndatabases: {d: {owner: shop_ownr}}\n',
    says: ['4:24: role shop_ownr is not declared; did you mean shop_owner?'],
  },
  {
    name: 'an owner of every database that is not declared, told once',
    text: 'every_database: {owner: o}\ndatabases: {a: {}, b: {}, c: {}}\n',
    says: ['3:25: role o is not declared; declare it under roles'],
  },
  {
    name: 'owner_of_database without an owner',
    text: 'databases: {d: {owner_of_database: true}}\n',
    says: ['3:36: owner_of_database gives the database to its owner, and there is none'],
  },
  {
    name: 'an encoding with a hyphen',
    text: 'databases: {d: {encoding: UTF-8}}\n',
    says: ['3:27: UTF-8: did you mean UTF8?'],
  },
  {
    name: 'an encoding for clients',
    text: 'databases: {d: {encoding: GB18030}}\n',
    says: ['3:27: GB18030: expected UTF8, SQL_ASCII, LATIN1, LATIN2, LATIN3, LATIN4, \u2026'],
  },
  {
    name: 'icu without a locale',
    text: 'databases: {d: {provider: icu}}\n',
    says: ['3:27: provider icu needs a locale'],
  },
  {
    name: 'a builtin locale that there is not',
    text: 'databases: {d: {provider: builtin, locale: de_DE}}\n',
    says: ['3:44: provider builtin has the locales C, C.UTF-8 and PG_UNICODE_FAST only'],
  },
  {
    name: 'a builtin locale for another encoding',
    text: 'databases: {d: {provider: builtin, locale: C.UTF-8, encoding: LATIN1}}\n',
    says: ['3:63: locale C.UTF-8 is for encoding UTF8 only'],
  },
  {
    name: 'icu with an encoding that it does not know',
    text: 'databases: {d: {provider: icu, locale: de, encoding: SQL_ASCII}}\n',
    says: ['3:54: provider icu does not know encoding SQL_ASCII'],
  },
  {
    name: 'a schema of the server',
    text: 'databases: {d: {schemas: [pg_app]}}\n',
    says: ['3:27: pg_app begins with pg_, which the server keeps for its own schemas'],
  },
  {
    name: 'a schema twice',
    text: 'databases: {d: {schemas: [app, app]}}\n',
    says: ['3:32: app stands in this list twice'],
  },
  {
    name: 'a schema alone',
    text: 'databases: {d: {schemas: app}}\n',
    says: ['3:26: app, expected a list of schemas: [app]'],
  },
  {
    name: 'an extension in a schema that is not declared',
    text: 'databases: {d: {schemas: [app], extensions: [{name: hstore, schema: ap}]}}\n',
    says: ['3:69: schema ap of extension hstore is not declared in database d; did you mean app?'],
  },
  {
    name: 'an extension of every database in a schema that one lacks',
    text: 'every_database: {extensions: [{name: hstore, schema: ext}]}\ndatabases: {a: {schemas: [ext]}, b: {}}\n',
    says: ['3:54: schema ext of extension hstore is not declared in database b; declare it under schemas'],
  },
  {
    name: 'the version of an extension as a number',
    text: 'databases: {d: {extensions: [{name: hstore, version: 1.8}]}}\n',
    says: ['3:54: the number 1.8, expected a version; put it in quotes: "1.8"'],
  },
  {
    name: 'an extension without a name',
    text: 'databases: {d: {extensions: [{schema: public}]}}\n',
    says: ['3:31: name is missing in an extension'],
  },
  {
    name: 'a mistyped key of public',
    text: 'databases: {d: {public: {conect: true}}}\n',
    says: ['3:26: conect is an unknown key; did you mean connect?'],
  },
  {
    name: 'routines open',
    text: 'databases: {d: {routines: open}}\n',
    says: ['3:27: open: expected closed or keep'],
  },
  {
    name: 'access of an undeclared role',
    text: 'roles: {shop_app: {}}\ndatabases: {d: {access: {shop_ap: read}}}\n',
    says: ['4:26: role shop_ap is not declared; did you mean shop_app?'],
  },
  {
    name: 'access of PUBLIC',
    text: 'databases: {d: {access: {PUBLIC: read}}}\n',
    says: ['3:26: PUBLIC is not a role; what every role may stands under public of the database'],
  },
  {
    name: 'a mistyped access word',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: wirte}}}\n',
    says: ['4:31: wirte is not an access word; did you mean write?'],
  },
  {
    name: 'an access word that nothing is like',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: superpowers}}}\n',
    says: ['4:31: superpowers is not an access word; expected connect, read, write, create, none, or a map'],
  },
  {
    name: 'no word',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: }}}\n',
    says: ['4:31: nothing stands here, expected an access word'],
  },
  {
    name: 'none that takes out nothing',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: none}}}\n',
    says: ['4:31: none takes out what every_database gives, and it gives nothing to role app'],
  },
  {
    name: 'none for every database',
    text: 'roles: {app: {}}\nevery_database: {access: {app: none}}\ndatabases: {d: {}}\n',
    says: ['4:32: none takes out what every_database gives, and it gives nothing to role app'],
  },
  {
    name: 'a privilege in small letters',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {select: tables}}}}\n',
    says: ['4:32: select is an unknown key; did you mean SELECT?'],
  },
  {
    name: 'ALL',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {ALL: tables}}}}\n',
    says: ['4:32: ALL: it is another set of privileges on another version; name each one'],
  },
  {
    name: 'connect on something',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {connect: tables}}}}\n',
    says: ['4:32: connect: every role of access may connect; leave it out'],
  },
  {
    name: 'a privilege that its objects have not',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {EXECUTE: tables}}}}\n',
    says: ['4:41: tables is not what EXECUTE can be given on, expected routines, or names'],
  },
  {
    name: 'INSERT on sequences',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {INSERT: [sequences]}}}}\n',
    says: ['4:41: sequences is not what INSERT can be given on, expected tables, or names'],
  },
  {
    name: 'a table without its schema',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {SELECT: [users]}}}}\n',
    says: ['4:41: users has no schema, expected a name like app.invoices'],
  },
  {
    name: 'a table alone',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {SELECT: public.users}}}}\n',
    says: ['4:40: public.users stands alone; names are a list: [public.users]'],
  },
  {
    name: 'a name that is none',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {SELECT: [public.users.id]}}}}\n',
    says: ['4:41: public.users.id is not a name, expected one like app.invoices'],
  },
  {
    name: 'columns of a privilege that has none',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {DELETE: {public.users: [id]}}}}}\n',
    says: ['4:40: a map stands here, expected tables, or a list of names'],
  },
  {
    name: 'columns as one name',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {SELECT: {public.users: id}}}}}\n',
    says: ['4:55: id, expected a list of columns: [id]'],
  },
  {
    name: 'a routine without its arguments',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {EXECUTE: [public.close_month]}}}}\n',
    says: [
      '4:42: public.close_month is not a routine with its schema and its argument types, expected one like app.close_month(date)',
    ],
  },
  {
    name: 'a routine under SELECT',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {SELECT: ["public.close_month(date)"]}}}}\n',
    says: ['4:41: "public.close_month(date)" is a routine, on which EXECUTE can be given, not SELECT'],
  },
  {
    name: 'a routine that closes too often',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {EXECUTE: ["public.f(a))"]}}}}\n',
    says: ['4:42: "public.f(a))" is not a name, expected one like app.close_month(date)'],
  },
  {
    name: 'a schema that is not declared',
    text: 'roles: {app: {}}\ndatabases: {d: {schemas: [app], access: {app: {SELECT: [ap.users]}}}}\n',
    says: ['4:57: schema ap is not declared in database d; did you mean app?'],
  },
  {
    name: 'a schema of every database that one lacks',
    text: 'roles: {app: {}}\nevery_database: {access: {app: {USAGE: [audit]}}}\ndatabases: {a: {schemas: [audit]}, b: {schemas: [app]}}\n',
    says: ['4:41: schema audit is not declared in database b; declared: app'],
  },
  {
    name: 'a schema in the second of two lists',
    text: 'roles: {app: {}}\nevery_database: {schemas: [app], access: {app: {SELECT: [app.a]}}}\ndatabases: {d: {access: {app: {SELECT: [app.b, ap.c]}}}}\n',
    says: ['5:48: schema ap is not declared in database d; did you mean app?'],
  },
  {
    name: 'a table where a schema has to be',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {create: [public.users]}}}}\n',
    says: ['4:41: public.users is not a schema, on which alone create can be given'],
  },
  {
    name: 'a table where only the database can be',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {TEMPORARY: [public.users]}}}}\n',
    says: ['4:44: public.users is not what TEMPORARY can be given on, expected database'],
  },
  {
    name: 'types',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {USAGE: types}}}}\n',
    says: ['4:39: types is not a word for all of a kind: name each one, like TYPE app.money'],
  },
  {
    name: 'a type without its schema, a server in one, a kind in small letters, and one that there is not',
    text:
      'roles: {app: {}}\ndatabases: {d: {schemas: [app], access: {app: {USAGE: ' +
      '[TYPE money, FOREIGN SERVER app.files, type app.money, SERVER files, FOREIGN DATA WRAPPER f(x), DOMAIN app.d]}}}}\n',
    says: ['56: "TYPE money"', '68: "FOREIGN SERVER app.files"', '94: "type app.money"', '110: "SERVER files"']
      .concat(['124: "FOREIGN DATA WRAPPER f(x)"', '151: "DOMAIN app.d"'])
      .map(
        (one) =>
          `4:${one} names no type, foreign server or foreign-data wrapper, expected one like TYPE app.money, FOREIGN SERVER files, FOREIGN DATA WRAPPER postgres_fdw`,
      ),
  },
  {
    name: 'parameters: a privilege that there is not, a name that is none, one twice, and a list that is none',
    text:
      'roles:\n  a: {parameters: {GET: [work_mem], ALL: [work_mem], SET: [work-mem, Work_Mem, work_mem]}}\n' +
      '  b: {parameters: [work_mem]}\n  c: {parameters: {ALTER SYSTEM: work_mem}}\n',
    says: [
      '4:20: GET is an unknown key; did you mean SET?',
      '4:37: ALL: name SET, ALTER SYSTEM or both',
      '4:60: work-mem is not a name of a parameter, expected one like log_min_duration_statement',
      '4:80: work_mem stands in this list twice',
      '5:19: a list stands here, expected a map',
      '6:34: work_mem, expected a list of parameters: [work_mem]',
    ],
  },
  {
    name: 'parameters of a role that acts as another',
    text: 'roles: {o: {}, m: {login: true, acts_as: o, parameters: {SET: [work_mem]}}}\n',
    says: ['3:45: m acts as o, and sets what that one may: give the parameters to o'],
  },
  {
    name: 'a type that stands alone, and one under another privilege',
    text: 'roles: {app: {}}\ndatabases: {d: {access: {app: {USAGE: TYPE public.money, SELECT: [TYPE public.money]}}}}\n',
    says: [
      '4:39: "TYPE public.money" stands alone; names are a list: [TYPE public.money]',
      '4:67: "TYPE public.money" names its kind, on which USAGE can be given, not SELECT',
    ],
  },
  {
    name: 'a type of a schema that is not declared, also in a word of one’s own',
    text:
      'roles: {app: {}, ro: {}}\nwords: {payer: {USAGE: [TYPE ap.money]}}\n' +
      'databases: {d: {schemas: [app], access: {app: payer, ro: {USAGE: [FOREIGN SERVER files, TYPE audit.x]}}}}\n',
    says: [
      '4:25: schema ap is not declared in database d; did you mean app?',
      '5:89: schema audit is not declared in database d; declared: app',
    ],
  },
  {
    name: 'a word that is called as ours',
    text: 'words: {read: {SELECT: tables}}\nroles: {app: {}}\n',
    says: ['3:9: read is a word that has its meaning already'],
  },
  {
    name: 'a word in capitals',
    text: 'words: {Support: {SELECT: tables}}\nroles: {app: {}}\n',
    says: ['3:9: Support is not a word, expected small letters, digits, _ and -, like support'],
  },
  {
    name: 'a word that is a word',
    text: 'words: {support: read}\nroles: {app: {}}\n',
    says: ['3:18: read, expected a map'],
  },
  {
    name: 'a word that names a schema that one lacks',
    text: 'words: {support: {UPDATE: [app.tickets]}}\nroles: {app: {}}\ndatabases: {d: {access: {app: support}}}\n',
    says: ['3:28: schema app is not declared in database d; declared: public'],
  },
  {
    name: 'an unknown form',
    under: 'shop',
    text: 'outputs: [{form: yaml, file: x}]\n',
    says: ['5:18: yaml: expected uri, env, pgpass, service, jdbc or secret'],
  },
  {
    name: 'no form',
    under: 'shop',
    text: 'outputs: [{file: x}]\n',
    says: ['5:12: form is missing in an output'],
  },
  {
    name: 'a form that needs a file',
    under: 'shop',
    text: 'outputs: [{form: env}]\n',
    says: ['5:18: form env needs a file'],
  },
  {
    name: 'an unknown placeholder',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [ro], file: "{databse}.env"}]\n',
    says: ['5:42: {databse}.env holds {databse}; did you mean {database}?'],
  },
  {
    name: 'a placeholder that nothing is like',
    under: 'shop',
    text: 'outputs: [{form: env, file: "{host}.env"}]\n',
    says: ['5:29: {host}.env holds {host}; known: {database}, {DATABASE}, {role}, {ROLE}, {deployment}'],
  },
  {
    name: 'a single bracket',
    under: 'shop',
    text: 'outputs: [{form: env, file: "{database.env"}]\n',
    says: ['5:29: {database.env holds a single { or }'],
  },
  {
    name: 'a path that leaves the folder',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [ro], file: ../ro.env}]\n',
    says: ["5:42: ../ro.env leaves the deployment's folder; a path outside of it has to be absolute"],
  },
  {
    name: 'a path that leaves the folder by a way around',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [ro], file: env/../../ro.env}]\n',
    says: ["5:42: env/../../ro.env leaves the deployment's folder; a path outside of it has to be absolute"],
  },
  {
    name: 'a directory as a file',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [ro], file: env/}]\n',
    says: ['5:42: env/ is a directory, expected a file'],
  },
  {
    name: 'two rules in one file',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [ro], file: a.env}, {form: jdbc, roles: [ro], file: ./A.env}]\n',
    says: ['5:82: ./A.env is written by output 1 of this list too'],
  },
  {
    name: 'two databases in one file',
    under: 'shop',
    text: 'outputs: [{form: jdbc, roles: [app], file: app.url}]\n',
    says: ['5:44: app.url would be the file of app in orders and of app in billing; name {database} in it'],
  },
  {
    name: 'two roles in one file',
    under: 'shop',
    text: 'outputs: [{form: secret, databases: [orders], file: "{database}.yaml"}]\n',
    says: ['5:53: orders.yaml would be the file of app in orders and of ro in orders; name {role} in it'],
  },
  {
    name: 'two rules for one DSN file',
    under: 'shop',
    text: 'outputs: [{form: uri}, {form: uri, roles: [ro]}]\n',
    says: ['5:24: orders.ro.dsn is written by output 1 of this list too'],
  },
  {
    name: 'two Secrets of one name, since Kubernetes sees nothing of their folders',
    under: 'shop',
    text: 'outputs: [{form: secret, roles: [app], file: "k8s/{database}/app.yaml", namespace: shop}]\n',
    says: [
      '5:46: k8s/orders/app.yaml and k8s/billing/app.yaml would both be Secret app of namespace shop; give them other names',
    ],
  },
  {
    name: 'two Secrets of names that Kubernetes does not tell apart, of two rules',
    under: 'shop',
    text:
      'outputs: [{form: secret, roles: [app], databases: [orders], file: a/Shop_app.yaml},' +
      ' {form: secret, roles: [ro], file: b/shop-app.yml}]\n',
    says: ['5:119: a/Shop_app.yaml and b/shop-app.yml would both be Secret shop-app; give them other names'],
  },
  {
    name: 'two Secrets of one name in two namespaces are right; a namespace that there can not be is told',
    under: 'shop',
    text:
      'outputs: [{form: secret, roles: [app], file: "{database}/app.yaml", namespace: "{database}"},' +
      ' {form: secret, roles: [ro], file: ro.yaml, namespace: "Shop_{database}"}]\n',
    says: [
      '5:149: Shop_orders is not a namespace of Kubernetes; write at most 63 small letters, digits and - between them',
    ],
  },
  {
    name: 'a Secret without a name',
    under: 'shop',
    text: 'outputs: [{form: secret, roles: [ro], file: _.yaml}]\n',
    says: ['5:45: _.yaml gives its Secret no name'],
  },
  {
    name: 'env files that differ in case alone',
    text:
      'roles: {app: {login: true}}\ndatabases: {Orders: {access: {app: write}}, orders: {access: {app: write}}}\n' +
      'outputs: [{form: env, file: "{database}.env", variable: "{DATABASE}_{role}"}]\n',
    says: [
      '5:29: orders.env would be the file of app in Orders and of app in orders, where upper and lower case are one',
    ],
  },
  {
    name: 'one variable twice in a file',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [app], file: app.env, variable: DATABASE_URL}]\n',
    says: ['5:62: DATABASE_URL would stand twice in app.env; name a placeholder in it'],
  },
  {
    name: 'a variable that is none',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [ro], file: ro.env, variable: "{role}-URL"}]\n',
    says: ['5:60: ro-URL is not a name of an environment variable; write letters, digits and _'],
  },
  {
    name: 'a variable of another form',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [ro], variable: URL}]\n',
    says: ['5:46: variable is for form env, not for uri'],
  },
  {
    name: 'a namespace of another form',
    under: 'shop',
    text: 'outputs: [{form: env, roles: [ro], file: x.env, namespace: shop}]\n',
    says: ['5:60: namespace is for form secret, not for env'],
  },
  {
    name: 'a pooler of another form',
    under: 'shop',
    text: 'outputs: [{form: jdbc, roles: [ro], file: x.env, pooler: "h:1"}]\n',
    says: ['5:58: pooler is for form uri and secret, not for jdbc'],
  },
  {
    name: 'a pooler without a port',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [ro], pooler: pgbouncer}]\n',
    says: ['5:44: pgbouncer is not an address, expected host:port'],
  },
  {
    name: 'a mode that lets others read',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [ro], mode: 0644}]\n',
    says: ['5:42: "0644" is not a mode of such a file, expected 0600, 0640, 0400, 0440 or 0660; it holds a password'],
  },
  {
    name: 'a mode in decimal',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [ro], mode: 384}]\n',
    says: ['5:42: "384" is not a mode of such a file, expected 0600, 0640, 0400, 0440 or 0660; it holds a password'],
  },
  {
    name: 'an owner with a blank',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [ro], owner: "a b"}]\n',
    says: ['5:43: "a b" is not an owner, expected user or user:group'],
  },
  {
    name: 'an output of a role that does not log in',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [group]}]\n',
    says: ['5:31: role group does not log in: no file is for it'],
  },
  {
    name: 'an output of a pair without access',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [ro], databases: [orders, billing]}]\n',
    says: ['5:56: access to billing is not given to role ro: no file is for both'],
  },
  {
    name: 'an output of an undeclared role',
    under: 'shop',
    text: 'outputs: [{form: uri, roles: [apq]}]\n',
    says: ['5:31: role apq is not declared; did you mean app?'],
  },
  {
    name: 'an output of an undeclared database',
    under: 'shop',
    text: 'outputs: [{form: uri, databases: [order]}]\n',
    says: ['5:35: database order is not declared; did you mean orders?'],
  },
  {
    name: 'an output of a database that nobody enters',
    text: 'roles: {app: {login: true}}\ndatabases: {d: {}}\noutputs: [{form: uri, databases: [d]}]\n',
    says: ['5:35: no login role has access to d: no file is for it'],
  },
  {
    name: 'an output of a role that enters nothing',
    text: 'roles: {app: {login: true}}\ndatabases: {d: {}}\noutputs: [{form: uri, roles: [app]}]\n',
    says: ['5:31: role app has access to no database'],
  },
  {
    name: 'a row without a statement',
    under: 'shop',
    text: 'verify: [{role: app, database: orders}]\n',
    says: ['5:11: sql is missing in a row of verify'],
  },
  {
    name: 'a row of a role that does not log in',
    under: 'shop',
    text: 'verify: [{role: group, database: orders, sql: SELECT 1}]\n',
    says: ['5:17: role group does not log in: it can try nothing'],
  },
  {
    name: 'a row without access',
    under: 'shop',
    text: 'verify: [{role: ro, database: billing, sql: SELECT 1}]\n',
    says: ['5:17: access to billing is not given to role ro: it can try nothing there'],
  },
  {
    name: 'a row of an undeclared database',
    under: 'shop',
    text: 'verify: [{role: ro, database: bills, sql: SELECT 1}]\n',
    says: ['5:31: database bills is not declared; declare it under databases'],
  },
  {
    name: 'another word for must',
    under: 'shop',
    text: 'verify: [{role: ro, database: orders, sql: SELECT 1, must: succeed}]\n',
    says: ['5:60: succeed: expected fail'],
  },
  {
    name: 'a retired role that is declared',
    under: 'shop',
    text: 'retire: {roles: {app: {reassign_to: group}}}\n',
    says: ['5:18: role app is declared under roles too'],
  },
  {
    name: 'a retired role that leaves its things to nobody known',
    under: 'shop',
    text: 'retire: {roles: {old: {reassign_to: groups}}}\n',
    says: ['5:37: role groups is not declared; did you mean group?'],
  },
  {
    name: 'a retired database that is declared',
    under: 'shop',
    text: 'retire: {databases: {orders: {drop: orders}}}\n',
    says: ['5:22: database orders is declared under databases too'],
  },
  {
    name: 'a name that is not repeated',
    under: 'shop',
    text: 'retire: {databases: {legacy: {drop: legasy}}}\n',
    says: ['5:37: drop has to say the name once more: legacy'],
  },
  {
    name: 'a drop that is missing',
    under: 'shop',
    text: 'retire: {databases: {legacy: {}}}\n',
    says: ['5:30: drop is missing in a retired database'],
  },
  {
    name: 'retired roles as a list',
    under: 'shop',
    text: 'retire: {roles: [old]}\n',
    says: ['5:17: a list stands here, expected a map of roles'],
  },
  {
    name: 'a secret in what is no map',
    under: 'nothing',
    text: '|\n password: hunter2hunter2\nversion: 1\n',
    says: ['3:1: this is not expected here'],
  },
  {
    name: 'a secret in a name',
    text: 'roles: {"password=hunter2": {login: yes}}\n',
    says: ['3:37: yes, expected true'],
  },
  {
    name: 'a secret as a placeholder',
    under: 'shop',
    text: 'outputs: [{form: env, file: "{password=hunter2}"}]\n',
    says: ['5:29: *** holds a placeholder that there is not'],
  },
  {
    name: 'the same output twice',
    under: 'shop',
    text: 'outputs: [{form: uri}, {form: uri}]\n',
    says: ['5:24: this stands in this list twice'],
  },
  {
    name: 'a secret under a name that looks like one',
    text: 'roles: {password: hunter2hunter2}\n',
    says: ['3:19: this is not expected here; it is not shown, since it may be a secret'],
  },
  {
    name: 'a mistake under a name that looks like that of a secret',
    text: 'roles: {secret_reader: {login: true}}\ndatabases: {d: {access: {secret_reader: raed}}}\n',
    says: ['4:41: this is not expected here; it is not shown, since it may be a secret'],
  },
  {
    name: 'two databases whose DSN files differ in case alone',
    text: 'roles: {app: {login: true}}\nevery_database: {access: {app: read}}\ndatabases: {orders: {}, Orders: {}}\n',
    says: [
      '5:25: Orders.app.dsn would be the file of app in orders and of app in Orders, where upper and lower case are one',
    ],
  },
  {
    name: 'names that are too long for a DSN file',
    text: 'roles: {"\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4": {login: true}}\ndatabases: {"\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6": {access: {"\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4": read}}}\n',
    says: [
      '4:13: the DSN file of \u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6\u00f6 and \u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4 would have a name of 377 bytes; 240 is the most',
    ],
  },
  {
    name: 'a mistake in a database whose name looks like that of a secret',
    text: 'databases: {api_tokens: {conections: 5}}\n',
    says: ['3:26: conections is an unknown key; did you mean connections?'],
  },
  {
    name: 'a path from the home directory',
    under: 'shop',
    text: 'outputs: [{form: pgpass, file: ~/.pgpass}]\n',
    says: ['5:32: "~/.pgpass" begins with ~, which nothing expands here; write the path itself'],
  },
  {
    name: 'a NUL in a value',
    text: 'databases: {d: {locale: "a\\0b", settings: {application_name: "a\\0b"}}}\n',
    says: ['3:25: "a\\u0000b" holds a NUL character', '3:62: application_name: "a\\u0000b" holds a NUL character'],
  },
];
