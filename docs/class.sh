#!/bin/sh
# Starts the tutor for one learner of a class in the browser. docs/class.md says how.
#
# Usage: class.sh NAME
#
# Each learner has a folder below $CLASS (by default /srv/class), which keeps the progress.
case $1 in
'' | *[!a-z0-9-]*)
  echo 'Add your name to the address of this page, in small letters: /?arg=alice'
  exit 1
  ;;
esac
HOME=${CLASS:-/srv/class}/$1
mkdir -p "$HOME" && cd "$HOME" || exit 1
# Without an editor, nobody gets from the tutor to a shell.
exec env -i HOME="$HOME" PATH="$PATH" TERM="$TERM" LANG=C.UTF-8 EDITOR=false redis-tutor --memory-limit 64mb
