#!/usr/bin/env bats
# Lengths that overflow on the way from the runtime to the init (CVE-2021-43784).
load helpers

@test "attack: a plan whose lengths and offsets lead out of it" {
    local plan=$BATS_TEST_DIRNAME/../../CShims/Plan
    gcc -O1 -D_Nullable= -D_Nonnull= -Wall -Wextra -Werror -I "$plan/include" -o "$WORK/attack" \
        "$BATS_TEST_DIRNAME/helpers/plan-attack.c" "$plan/plan_reader.c"
    assert_equal "$("$WORK/attack")" good
}
