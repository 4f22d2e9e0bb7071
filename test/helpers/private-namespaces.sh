#!/bin/sh
# Keeps private namespaces open for containers until its standard input ends, however the test ends, and clears up behind them.
#   private-namespaces.sh DIRECTORY   prints `ready PID`; DIRECTORY is the session's own and is removed
# Everything is private: mounts, network, processes, /run, and a control group of our own as the only one to be seen. So podman
# can neither leave something behind nor move a process that is not ours.
set -eu
case $1 in
outside | inside | rooted) stage=$1 directory=$2 ;;
*) exec unshare --mount sh "$0" outside "$1" ;;
esac
group=$directory/groups/$(basename "$directory")

case $stage in
outside)
  mkdir -p "$directory/groups"
  mount --make-rprivate /
  # A disk that another test has mounted must not be kept by us.
  for place in $(awk '$1 ~ "^/dev/loop" { print $2 }' /proc/self/mounts); do umount --lazy "$place"; done
  mount -t cgroup2 cgroup2 "$directory/groups"
  mkdir "$group"
  trap '' HUP INT TERM
  unshare --mount --net --pid --ipc --fork sh "$0" inside "$directory" || true
  find "$group" -depth -type d -exec rmdir {} +
  umount "$directory/groups"
  rm -rf "$directory"
  ;;
inside)
  # Under the host's /proc this is the number of this very process, as the host knows it.
  read -r pid _ </proc/self/stat
  echo 0 >"$group/cgroup.procs"
  echo "$pid" >"$directory/pid"
  exec unshare --cgroup sh "$0" rooted "$directory"
  ;;
rooted)
  umount "$directory/groups"
  umount --recursive /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mount -t proc proc /proc
  mount -t tmpfs tmpfs /run
  mount -t tmpfs tmpfs /dev/shm
  mkdir /sys/fs/cgroup/init
  echo 0 >/sys/fs/cgroup/init/cgroup.procs
  ip link set lo up
  echo "ready $(cat "$directory/pid")"
  exec catatonit -- cat
  ;;
esac
