// The scripts that make shells complete our commands. All that they know is how to ask: `bus completion candidates` has what
// it answers from the table of flags. Nothing that it answers is run by them. Pure.

/** The shells that there are scripts for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/** Where each shell looks for it. */
export const installHints: Readonly<Record<Shell, string>> = {
  bash: 'bus completion bash > ~/.local/share/bash-completion/completions/bus   or: source <(bus completion bash)',
  zsh: 'bus completion zsh > DIR/_bus, where DIR is in $fpath before compinit runs',
  fish: 'bus completion fish > ~/.config/fish/completions/bus.fish',
  powershell: 'bus completion powershell >> $PROFILE',
};

/**
 * The script of a shell.
 *
 * @param commands the names of the programs that it completes
 */
export function completionScript(shell: Shell, commands: readonly string[]): string {
  return scripts[shell](commands);
}

const scripts: Readonly<Record<Shell, (commands: readonly string[]) => string>> = {
  bash: (commands) => `# Completion of ${commands.join(', ')} for bash 3.2 and newer.
_bus_completion() {
  local line=\${COMP_LINE:0:COMP_POINT} words=() piece joined i typed last prefix kind value about
  # Bash also cuts words at = and : ; what no blank separates is one word.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    joined=yes
    if ((i == 0)) || [[ $line == [[:blank:]]* ]]; then joined=; fi
    line=\${line#"\${line%%[![:blank:]]*}"}
    piece=\${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then piece=$line; fi
    line=\${line#"$piece"}
    if [[ $joined ]]; then words[\${#words[@]} - 1]+=$piece; else words+=("$piece"); fi
  done
  typed=\${words[\${#words[@]} - 1]}
  # What is replaced is what stands behind the last = or :.
  last=$piece
  if [[ $last == [=:]* ]]; then last=; fi
  prefix=\${typed%"$last"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value about; do
    case $value in
    :files) kind=-f ;;
    :directories) kind=-d ;;
    *)
      if [[ $value == *[!A-Za-z0-9_./:=,@%+-]* ]]; then printf -v value %q "$value"; fi
      COMPREPLY+=("\${value#"$prefix"}")
      ;;
    esac
  done < <(command bus completion candidates -- "\${words[@]}" 2>/dev/null)
  if [[ $kind ]]; then
    if ! compopt -o filenames 2>/dev/null; then :; fi
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen "$kind" -- "$last")
  fi
}
complete -F _bus_completion ${commands.join(' ')}
`,
  zsh: (commands) => `#compdef ${commands.join(' ')}
# Completion of ${commands.join(', ')} for zsh.
_bus() {
  local value about kind
  local -a values asked
  asked=("\${(@Q)words[1,CURRENT-1]}" "\${(Q)PREFIX}")
  # Of --flag=VALUE the function sees both parts.
  if [[ -n $IPREFIX ]]; then asked[-1]="\${(Q)IPREFIX}\${asked[-1]}"; fi
  while IFS=$'\\t' read -r value about; do
    case $value in
    :files) kind=files ;;
    :directories) kind=directories ;;
    *) values+=("\${\${value//\\\\/\\\\\\\\}//:/\\\\:}\${about:+:$about}") ;;
    esac
  done < <(command bus completion candidates -- "\${asked[@]}" 2>/dev/null)
  if [[ -n $kind ]]; then
    if [[ $PREFIX == --*=* ]]; then compset -P 1 '*='; fi
    case $kind in
    files) _files ;;
    directories) _files -/ ;;
    esac
  elif ((\${#values})); then
    _describe -V value values
  fi
}
if [[ \${funcstack[1]} == _bus ]]; then
  _bus "$@"
elif ((\${+functions[compdef]})); then
  compdef _bus ${commands.join(' ')}
fi
`,
  fish: (commands) => `# Completion of ${commands.join(', ')} for fish.
function __bus_candidates
    set -l current (commandline -ct)
    set -l lines (command bus completion candidates -- (commandline -opc) $current 2>/dev/null)
    set -l prefix (string match -r '^--[^=]*=' -- $current)
    set -l path (string replace -r '^--[^=]*=' '' -- $current)
    switch "$lines[1]"
        case :files
            string replace -r '^' -- "$prefix" (__fish_complete_path $path)
        case :directories
            string replace -r '^' -- "$prefix" (__fish_complete_directories $path)
        case '*'
            printf '%s\\n' $lines
    end
end
${commands.map((name) => `complete -c ${name} -f -k -a '(__bus_candidates)'`).join('\n')}
`,
  powershell: (commands) => `# Completion of ${commands.join(', ')} for PowerShell.
Register-ArgumentCompleter -Native -CommandName ${commands.map((name) => `'${name}'`).join(', ')} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { if ($null -ne $_.Value) { [string]$_.Value } else { $_.ToString() } })
    $lines = @(& bus completion candidates -- @before $wordToComplete 2>$null)
    foreach ($line in $lines) {
        # Without a result of ours PowerShell offers files.
        if ($line -eq ':files' -or $line -eq ':directories') { return }
        $value, $about = $line -split "\`t", 2
        $text = $value
        if ($value -notmatch '^[A-Za-z0-9_./:=+-]+$') { $text = "'" + $value.Replace("'", "''") + "'" }
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
    }
}
`,
};
