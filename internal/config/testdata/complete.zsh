# Prints what zsh offers for a line: zsh -f complete.zsh FOLDER LINE, with a file _beckon in the folder.
# Completion happens only in a shell with a terminal, here another one; what it offers passes through compadd.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'compadd() {
  local -a offered
  [[ "$*" == *-[OAD]\ * ]] || { builtin compadd -A offered "$@"; print -rl -- "<"$^offered">"; }
  builtin compadd "$@"
}'
zpty -w shell 'comppostfuncs=(finish); finish() { print -r -- "<>" }; bindkey "^I" complete-word; print "<"ready">"'
zpty -r shell seen '*<ready>*'
zpty -w -n shell "$2"$'\t'
zpty -r shell seen '*<>*'
print -r -- "$seen" | sed -n 's/^.*<\([^<>]\{1,\}\)>\r*$/\1/p'
zpty -d shell
