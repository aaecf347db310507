# The runtime under test and the root file system of the engines' images are those of the other tests.
# shellcheck shell=bash
source "${BASH_SOURCE[0]%/*}/../setup_suite.bash"
