//! Refuses access to files, sockets and signals with Landlock.

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};

/// The newest Landlock version whose restrictions are requested. An older kernel enforces only the restrictions that it
/// supports.
const NEWEST: ABI = ABI::V6;

/// Refuses all access to files, TCP ports, abstract sockets, and processes outside of the sandbox, for this thread and
/// for all threads that it starts from now on.
///
/// Returns whether at least file access is refused. This requires Linux 5.13 or later with Landlock enabled.
pub fn refuse() -> bool {
    // A ruleset without rules allows nothing.
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    status.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}
