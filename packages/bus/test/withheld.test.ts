import { allowedNames } from 'bus-integration-database';
import { expect, test } from 'vitest';
import { isWithheld } from '../src/withheld.ts';

const none = new Set<string>();

// What ld.so drops in secure-execution mode, what sudo drops, and what runs code in today's languages and tools.
test.each(
  `LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_DEBUG_OUTPUT DYLD_INSERT_LIBRARIES DYLD_FRAMEWORK_PATH _RLD_LIST SHLIB_PATH LIBPATH
  GLIBC_TUNABLES GCONV_PATH GETCONF_DIR HOSTALIASES LOCALDOMAIN LOCPATH MALLOC_TRACE NIS_PATH NLSPATH RESOLV_HOST_CONF
  RES_OPTIONS TMPDIR TZDIR PATH HOME SHELL ENV BASH_ENV BASH_FUNC_x IFS CDPATH PS4 SHELLOPTS BASHOPTS GLOBIGNORE ZDOTDIR FPATH
  PROMPT_COMMAND TERMINFO TERMINFO_DIRS TERMCAP PATH_LOCALE XDG_CONFIG_HOME XDG_DATA_DIRS TMP TEMP
  NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_DEBUG NODE_V8_COVERAGE NODE_REPL_EXTERNAL_MODULE
  npm_config_prefix NPM_CONFIG_SCRIPT_SHELL npm_config_node_options BUN_OPTIONS YARN_RC_FILENAME PYTHONPATH PYTHONSTARTUP
  PYTHONHOME PERL5LIB PERL5OPT PERLLIB PERLIO_DEBUG RUBYOPT RUBYLIB JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH
  DOTNET_STARTUP_HOOKS PHPRC LUA_INIT RUSTC_WRAPPER GOFLAGS OPENSSL_CONF OPENSSL_MODULES SSL_CERT_FILE SSL_CERT_DIR
  SSLKEYLOGFILE CURL_CA_BUNDLE CURL_HOME REQUESTS_CA_BUNDLE AWS_CA_BUNDLE HTTP_PROXY https_proxy All_Proxy NO_PROXY no_proxy
  KRB5_CONFIG KRB5CCNAME GIT_SSH_COMMAND GIT_DIR GIT_CONFIG_COUNT GIT_EXTERNAL_DIFF SSH_AUTH_SOCK SSH_ASKPASS SUDO_ASKPASS
  PGHOST PGHOSTADDR PGREQUIREAUTH PGSSLROOTCERT PGSSLMODE PGSERVICEFILE PGPASSFILE PGOPTIONS PGSYSCONFDIR PSQLRC PSQL_EDITOR
  EDITOR VISUAL GIT_EDITOR PAGER MANPAGER BROWSER LESSOPEN MAKEFLAGS GNUPGHOME KUBECONFIG DOCKER_HOST
  KRB5_CONFIG_FILE KRB5_KTNAME KRB_CONF KRB_CONFDIR KRBCONFDIR KRBTKFILE VAR_ACE USR_ACE DLC_ACE AUTHSTATE LDR_CNTRL TERMPATH
  PERL5DB NULLCMD READNULLCMD TMPPREFIX PYTHONINSPECT PYTHONUSERBASE
  TAR_OPTIONS VIMINIT EXINIT AWKLIBPATH LESSKEYIN EMACSLOADPATH ICU_DATA
  BUS_DOTENV_ALLOW BUS_DOTENV_TRUST`.split(/\s+/),
)('%s is withheld', (name) => {
  expect(isWithheld(name, 'x', none)).toBe(true);
});

test.each(
  `A BUS_DEPLOYMENT_ID BUS_POSTGRES_ADMIN_DSN BUS_NATS_URL DATABASE_URL NODE_ENV PORT LOG_LEVEL TZ LANG LC_ALL USER TERM
  GOOGLE_APPLICATION_CREDENTIALS AWS_REGION AWS_ACCESS_KEY_ID MYSQL_PASSWORD POSTGRES_PASSWORD LISTEN_ADDR LDAP_URL HG_TOKEN
  MY_PATH HOMEPAGE ENVIRONMENT APP_ENV PATHS EDITORS PROXY_URL XPGHOST __proto__`.split(/\s+/),
)('%s goes on', (name) => {
  expect(isWithheld(name, 'x', none)).toBe(false);
});

test.each([
  ['TZ', 'Europe/Helsinki', false],
  ['TZ', ':Europe/Helsinki', false],
  ['TZ', '/usr/share/zoneinfo/UTC', false],
  ['TZ', '/home/svc/zone', true],
  ['TZ', ':/dev/tty', true],
  ['TZ', 'Europe/../../x', true],
  ['LANG', 'sv_FI.UTF-8', false],
  ['LANG', '../x', true],
  ['LC_ALL', '/tmp/locale', true],
  ['TERM', 'xterm-256color', false],
  ['TERM', '/tmp/x', true],
  ['COLORTERM', '%n', true],
  ['GREETING', '() { :; }; id', true],
  ['GREETING', 'a () b', false],
])('%s=%j: withheld %j', (name, value, isHeld) => {
  expect(isWithheld(name, value, none)).toBe(isHeld);
  expect(isWithheld(name, value, new Set([name]))).toBe(false);
});

test('single names are let through, never patterns, and never what decides about that', () => {
  const allowed = allowedNames(' PGUSER,LD_PRELOAD;GIT_*:http_proxy\tBUS_DOTENV_TRUST ');
  const names = ['PGUSER', 'LD_PRELOAD', 'http_proxy', 'PGHOST', 'GIT_DIR', 'HTTP_PROXY', 'BUS_DOTENV_TRUST'];
  expect(names.filter((name) => !isWithheld(name, 'x', allowed))).toEqual(['PGUSER', 'LD_PRELOAD', 'http_proxy']);
  expect(allowedNames(undefined)).toEqual(new Set());
});
