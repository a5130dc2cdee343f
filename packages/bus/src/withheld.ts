// Which variables a file that lies in a folder may not set: those with which programs run other code, trust another
// peer, or find other files. Pure.

/**
 * What the dynamic linker and libc drop for set-user-ID programs (ld.so(8), "Secure-execution mode"), all of sudo's list of
 * names to drop (`initial_badenv_table` of plugins/sudoers/env.c, shown by `sudo -V` as root), and their kin of today's
 * languages, tools and libraries. `*` is any text. Case is no matter: some readers (proxies, npm) take both.
 */
const families = [
  // Dynamic linkers and libc: libraries, character sets, name resolution, traces written to files.
  'LD_*, _RLD*, LDR_*, LIBPATH, SHLIB_PATH, DYLD_*, GLIBC_*, MALLOC_*, GCONV_PATH, GETCONF_DIR, LOCPATH, NLSPATH',
  'PATH_LOCALE, NIS_PATH, TZDIR, HOSTALIASES, LOCALDOMAIN, RES_OPTIONS, RESOLV_*, NSS_*',
  // Shells: what is read at their start, and how words are cut.
  'PATH, HOME, SHELL, ENV, BASH_*, BASHOPTS, SHELLOPTS, IFS, CDPATH, GLOBIGNORE, FPATH, ZDOTDIR, NULLCMD, READNULLCMD',
  'PS4, PROMPT_COMMAND, PWD, OLDPWD, FIGNORE, FCEDIT, TMPPREFIX',
  // Where programs look for their configuration, and put what they write.
  'XDG_*, TMPDIR, TMP, TEMP, TEMPDIR, TERMINFO*, TERMPATH, TERMCAP, COMSPEC, SYSTEMROOT, WINDIR, APPDATA, LOCALAPPDATA',
  'USERPROFILE, PROGRAMDATA, DBUS_*, GIO_*, GTK_*, QT_*, SYSTEMD_*',
  // Programs that other programs start.
  '*EDITOR, VISUAL, *PAGER, BROWSER, *ASKPASS*, LESSOPEN, LESSCLOSE, LESSKEY*, LESS, MAKEFLAGS, GNUMAKEFLAGS, MFLAGS',
  'TAR_OPTIONS, ZIPOPT, VIMINIT, GVIMINIT, EXINIT, VIMRUNTIME, EMACSLOADPATH, MANOPT, MANROFFOPT, AWKPATH, AWKLIBPATH',
  // Languages and their package managers.
  'NODE_*, NPM_*, YARN_*, PNPM_*, COREPACK_*, BUN_*, DENO_*, TS_NODE_*, ELECTRON_*, PYTHON*, PIP_*, UV_*, VIRTUAL_ENV',
  'CONDA_*, PERL*, RUBY*, BUNDLE_*, GEM_*, JAVA_*, _JAVA_*, JDK_JAVA_*, CLASSPATH, MAVEN_*, GRADLE_*, DOTNET_*, CORECLR_*',
  'COMPLUS_*, COR_*, PHPRC, PHP_INI_*, COMPOSER_*, LUA_*, R_HOME, R_LIBS*, R_PROFILE*, R_ENVIRON*, RUSTC*, RUSTFLAGS',
  'CARGO_*, GOBIN, GODEBUG, GOENV, GOFLAGS, GOINSECURE, GOPATH, GOPROXY, GOROOT, GOSUMDB, GONOSUMDB, GOTOOLCHAIN',
  'ERL_*, ELIXIR_*, TCLLIBPATH, GUILE_*, JULIA_*, ICU_DATA',
  // Transport and trust: libraries, certificates, session keys written to files, ways round.
  'OPENSSL_*, SSL_*, SSLKEYLOGFILE, CURL_*, WGETRC, *_CA_BUNDLE, *_PROXY, GNUTLS_*, PKCS11_*, P11_*, KRB*, GSS_*',
  'SASL_PATH, SASL_CONF_PATH, LDAPCONF, LDAPRC, LDAPTLS_*, AUTHSTATE, VAR_ACE, USR_ACE, DLC_ACE, GNUPGHOME, GPG_*',
  // Git, SSH and other clients whose variables name programs, files or servers.
  'GIT_*, SSH_*, HGRCPATH, HGPLAIN, HGMERGE, SVN_*, RSYNC_*, CVS_*, PG*, PSQL*, ODBC*, MYSQL_HOME, TNS_ADMIN, ORACLE_HOME, KUBECONFIG',
  'DOCKER_HOST, DOCKER_CONFIG, DOCKER_CONTEXT, DOCKER_CERT_PATH, DOCKER_TLS*, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE',
  // The dispatcher's own trust.
  'BUS_DOTENV_*',
].join(', ');

/** Named by a family, and harmless: it runs nothing and finds nothing, and many files set it. */
const harmless = new Set(['NODE_ENV']);

const pattern = new RegExp(`^(?:${families.split(', ').join('|').replaceAll('*', '.*')})$`, 'is');

/** What sudo takes by its value (`env_check` of sudoers(5)): libc and terminals may read files that these name. */
const locales = /^(?:COLORTERM|LANG|LANGUAGE|LC_.*|LINGUAS|TERM)$/is;

function namesFile(name: string, value: string): boolean {
  if (locales.test(name)) return /[/%]/.test(value);
  if (!/^TZ$/i.test(name)) return false;
  const zone = value.replace(/^:/, '');
  return (zone.startsWith('/') && !zone.startsWith('/usr/share/zoneinfo/')) || zone.split('/').includes('..');
}

/**
 * Whether ./.env may not set a variable to a value. `allowed` are names that the process lets through all the same; never
 * the dispatcher's own. A value that begins with `()` is none for any name: old shells take it for a function.
 *
 * @example
 * isWithheld('LD_PRELOAD', '/tmp/x.so', new Set()); // true
 */
export function isWithheld(name: string, value: string, allowed: ReadonlySet<string>): boolean {
  const isNamed = !harmless.has(name) && pattern.test(name);
  if (!isNamed && !namesFile(name, value) && !value.startsWith('()')) return false;
  return !allowed.has(name) || /^BUS_DOTENV_/i.test(name);
}
