//! Gives up the way to more privileges.

#![allow(unsafe_code, reason = "std cannot call prctl")]

/// Makes programs that this process or its children execute unable to gain privileges, for this thread and for all
/// threads that it starts from now on. Returns whether that worked.
pub fn give_up() -> bool {
    // SAFETY: this call takes numbers only, and changes no memory.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 }
}
