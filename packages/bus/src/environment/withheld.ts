// Which variables a file that lies in a folder may not set: those with which programs run other code, trust another
// peer, or find other files. Pure.
import { namePatterns } from './name-patterns.ts';

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

/**
 * Tools whose variables name what they run, load, ask or trust; and endings that mean the same whatever stands in front,
 * in programs that nobody has heard of here.
 */
const tools = [
  // Compilers, builds and version managers: each runs what it is told.
  'CC, CXX, CPP, LD, AR, AS, NM, FC, F77, CFLAGS, CXXFLAGS, CPPFLAGS, LDFLAGS, CPATH, COMPILER_PATH, GCC_*, CCACHE_*, SCCACHE_*',
  'DISTCC_*, MAKE, MAKEFILES, MAKE_*, CMAKE_*, NINJA_*, MESON_*, BAZEL_*, PKG_CONFIG*, ACLOCAL_PATH, AUTOM4TE, NIX_*, GUIX_*',
  'RUSTDOC*, RUSTUP_*, CGO_*, GO111MODULE, GOAUTH, GOCACHE*, GOCOVERDIR, GOEXPERIMENT, GOMODCACHE, GONOPROXY, GOPRIVATE',
  'GOTMPDIR, GOVCS, GOWORK, OCAML*, CAMLRUNPARAM, OPAM*, GHC_*, CABAL_*, STACK_*, ZIG_*, MIX_*, HEX_*, REBAR*, NVM_*',
  'PYENV_*, RBENV_*, ASDF_*, MISE_*, VOLTA_*, SDKMAN_*, DIRENV_*, DEVELOPER_DIR, SDKROOT, TOOLCHAINS, HUSKY*',
  // Virtual machines and their start scripts; most of these take any option of the machine as *_OPTS.
  '*JAVA_OPTIONS, *_OPTS, *_VMOPTIONS, JVM_*, JAVACMD, SBT_*, ANT_*, LEIN_*, GROOVY_*, SCALA_*, KOTLIN_*, MONO_*',
  'PSMODULEPATH, POWERSHELL_*, JUPYTER_*, IPYTHONDIR, MATPLOTLIBRC, PRISMA_*_LIBRARY, PRISMA_*_BINARY',
  // Plugins, drivers and data of libraries.
  '*_PLUGIN_DIR, *_PLUGIN_DIRS, *_PLUGIN_PATH, *_PLUGINS_DIR, *_PLUGINS_PATH, *_MODULE_PATH, *_LIBRARY_PATH, *_INCLUDE_PATH',
  '*_DRIVER_PATH, *_DRIVERS_PATH, *_EXEC_PATH, *_EXECUTABLE, *_EXECUTABLE_PATH, *_BINARY_PATH, *_PRELOAD, LIBMYSQL_*, GST_*',
  'FONTCONFIG_*, GDK_*, GSETTINGS_*, GI_TYPELIB_PATH, QML*, LIBGL_*, VK_*, OCL_*, MAGICK_*, GS_LIB, GS_OPTIONS, TEXINPUTS',
  'TEXMF*, GDAL_*, PROJ_LIB, OMP_TOOL_LIBRARIES, OMPI_*, LIBVIRT_*, WINE*',
  // Configuration wherever it lies.
  '*_CONFIG, *_CONFIG_FILE, *_CONFIG_FILES, *_CONFIG_PATH, *_CONFIG_PATHS, *_CONFIG_DIR, *_CONFIG_HOME, *_CONF, *_CONF_FILE',
  '*_CONF_DIR, *_RCFILE, *_RC_FILE, *_HOME, NETRC, INPUTRC, SCREENRC, MAILRC, MAILCAPS, MANPATH, GREP_OPTIONS, FZF_*, TMUX*',
  // Trust.
  '*_CAFILE, *_CA_FILE, *_CAPATH, *_CA_PATH, *_CACERT, *_CA_CERT, *_CA_CERTS, *_SKIP_VERIFY',
  // Clouds, clusters and what is deployed with: which server they ask, as which user, and what they start.
  'ANSIBLE_*, HELM_*, TF_*, TERRAGRUNT_*, PACKER_*, PULUMI_*, VAGRANT_*, DOCKER_*, BUILDX_*, CONTAINER_HOST, CONTAINERS_*',
  'KUBECTL_*, KUBERNETES_SERVICE_*, KREW_*, VAULT_*, CONSUL_*, NOMAD_*, CLOUDSDK_*, GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_EXTERNAL_ACCOUNT_*, GCE_METADATA_*, AZURE_AUTHORITY_HOST, AWS_*ENDPOINT*, AWS_*PROFILE, AWS_*_FILE',
  'AWS_CONTAINER_*, AWS_DATA_PATH, MYSQL_TEST_LOGIN_FILE',
].join(', ');

/** Of the tools' own: who logs in, and values of a deployment. They run nothing, and many files set them. */
const credentials = [
  '*_TOKEN, *_PASSWORD, *_USER, *_USERNAME, *_API_KEY, *_ACCESS_KEY, *_ACCESS_KEY_ID, *_SECRET, TF_VAR_*, TF_TOKEN_*',
  // The operator's own keys.
  'BUS_*',
].join(', ');

/** Named by a family, and harmless: it runs nothing and finds nothing, and many files set it. */
const harmless = new Set(['NODE_ENV']);

const inFamilies = namePatterns(families);
const inTools = namePatterns(tools);
const inCredentials = namePatterns(credentials);

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
  const isTools = inTools.has(name) && !inCredentials.has(name);
  const isNamed = !harmless.has(name) && (inFamilies.has(name) || isTools);
  if (!isNamed && !namesFile(name, value) && !value.startsWith('()')) return false;
  return !allowed.has(name) || /^BUS_DOTENV_/i.test(name);
}
