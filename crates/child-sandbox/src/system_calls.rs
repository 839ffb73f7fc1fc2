//! Refuses system calls that an interpreter does not need, with seccomp.
//!
//! A `seccompiler` filter has only two possible results, so several filters are installed. The kernel runs all of them
//! and applies the strictest result.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter_all_threads,
};

use crate::UnlistedCall;

/// A filter's rules: for each system call, conditions on its arguments. A call matches if one of its conditions holds,
/// or if its list of conditions is empty.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

#[cfg(target_arch = "x86_64")]
const TARGET: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const TARGET: TargetArch = TargetArch::aarch64;
#[cfg(target_arch = "riscv64")]
const TARGET: TargetArch = TargetArch::riscv64;

/// System calls that are allowed with any arguments.
const ALLOWED: &[c_long] = &[
    // Calls on the pipes to and from the parent.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    // Calls that manage memory.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    // Calls that manage threads. `clone3` is also in `MISSING`, so it fails with `ENOSYS`: the strictest filter wins.
    libc::SYS_futex,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Calls that manage the signals that the process itself handles.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    // Calls that sleep, or that return the time, random bytes or process IDs.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_getppid,
];

/// System calls that libraries try but can do without, for example to read the number of processors from the cgroup
/// files, to find the local time zone, or to check whether standard output is a terminal. They fail even if other
/// unlisted calls kill the process.
const HARMLESS: &[c_long] = &[
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    libc::SYS_openat,
    libc::SYS_readlinkat,
    libc::SYS_statx,
    libc::SYS_newfstatat,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_ioctl,
];

/// System calls that only an attack would make. They kill the process.
const FATAL: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_bpf,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_userfaultfd,
    libc::SYS_perf_event_open,
    libc::SYS_open_by_handle_at,
];

/// System calls that fail as if the kernel did not support them, so that the C library falls back to older calls. A
/// filter cannot check the arguments of `clone3`, because they are in memory.
const MISSING: &[c_long] = &[libc::SYS_clone3];

/// The `clone` flags that are checked: creating threads is allowed, creating processes and namespaces is not.
const CLONE_CHECKED: libc::c_int = libc::CLONE_THREAD
    | libc::CLONE_VFORK
    | libc::CLONE_PTRACE
    | libc::CLONE_PARENT
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;

/// Refuses all system calls that are not allowed, for all current and future threads of the process. Returns whether
/// the filters are in place.
pub fn refuse(unlisted: UnlistedCall) -> bool {
    let Ok(filters) = filters(unlisted) else { return false };
    // The order matters: once the last filter is in place, it refuses the system call that adds a filter.
    filters.iter().all(|filter| apply_filter_all_threads(filter).is_ok())
}

/// Returns the filters, in the order in which they are to be applied.
fn filters(unlisted: UnlistedCall) -> Result<Vec<BpfProgram>, Error> {
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let (fatal, missing, mut allowed) = (fatal_calls()?, always(MISSING), allowed_calls()?);
    let mut filters = vec![
        filter(fatal, SeccompAction::Allow, SeccompAction::KillProcess)?,
        filter(missing, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32))?,
    ];
    let otherwise = match unlisted {
        UnlistedCall::Fails => refused,
        UnlistedCall::Kills => {
            allowed.append(&mut always(HARMLESS));
            filters.push(filter(always(HARMLESS), SeccompAction::Allow, refused)?);
            SeccompAction::KillProcess
        }
    };
    filters.push(filter(allowed, otherwise, SeccompAction::Allow)?);
    Ok(filters)
}

fn filter(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> Result<BpfProgram, Error> {
    Ok(SeccompFilter::new(rules, otherwise, matched, TARGET)?.try_into()?)
}

/// Returns rules that match the given system calls with any arguments.
fn always(calls: &[c_long]) -> Rules {
    calls.iter().map(|&call| (call, Vec::new())).collect()
}

fn allowed_calls() -> Result<Rules, Error> {
    let mut rules = always(ALLOWED);
    let is_not_executable = masked(2, libc::PROT_EXEC, 0)?;
    rules.insert(libc::SYS_mmap, vec![is_not_executable.clone()]);
    rules.insert(libc::SYS_mprotect, vec![is_not_executable]);
    rules.insert(libc::SYS_clone, vec![masked(0, CLONE_CHECKED, libc::CLONE_THREAD)?]);
    // A thread may set its own name, and give names to its memory areas. No other use of `prctl` is allowed.
    rules.insert(libc::SYS_prctl, vec![equals(0, libc::PR_SET_NAME)?, equals(0, libc::PR_SET_VMA)?]);
    // `abort` sends a signal to its own process, so `tgkill` is allowed only for this process.
    rules.insert(libc::SYS_tgkill, vec![equals(0, rustix::process::getpid().as_raw_nonzero().get())?]);
    Ok(rules)
}

fn fatal_calls() -> Result<Rules, Error> {
    let mut rules = always(FATAL);
    let is_executable = masked(2, libc::PROT_EXEC, libc::PROT_EXEC)?;
    for call in [libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_pkey_mprotect] {
        rules.insert(call, vec![is_executable.clone()]);
    }
    Ok(rules)
}

/// Returns a rule that matches if the argument with the given index has the given value in the bits selected by the
/// mask.
fn masked(argument: u8, mask: libc::c_int, value: libc::c_int) -> Result<SeccompRule, Error> {
    condition(argument, SeccompCmpOp::MaskedEq(mask.cast_unsigned().into()), value)
}

/// Returns a rule that matches if the argument with the given index has the given value.
fn equals(argument: u8, value: libc::c_int) -> Result<SeccompRule, Error> {
    condition(argument, SeccompCmpOp::Eq, value)
}

fn condition(argument: u8, compare: SeccompCmpOp, value: libc::c_int) -> Result<SeccompRule, Error> {
    let value = value.cast_unsigned().into();
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value)?;
    Ok(SeccompRule::new(vec![condition])?)
}
