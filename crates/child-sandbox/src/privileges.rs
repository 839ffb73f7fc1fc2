//! Prevents the process from gaining privileges by executing a program.

#![allow(unsafe_code, reason = "std cannot call prctl")]

/// Prevents programs that this process or its children execute from gaining privileges. Applies to this thread and to
/// all threads that it starts from now on. Returns whether the call succeeded.
pub fn give_up() -> bool {
    // SAFETY: this call takes only integers, and does not write to memory.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 }
}
