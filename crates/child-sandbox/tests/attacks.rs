//! Attacks each wall (restriction) of the sandbox with the other walls switched off.
//!
//! This program starts itself as a child process with some of the walls, and the child carries out one attack. Without
//! walls, the attack must succeed, which proves that it is a real attack. With any single one of the walls that are
//! listed for the attack, it must fail.

#![allow(unsafe_code, reason = "attacks use system calls that std does not offer")]

#[cfg(target_os = "linux")]
mod attacks {
    use std::fs::File;
    use std::io::{self, Read as _, Write as _};
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::path::PathBuf;
    use std::process::{Command, ExitStatus, Stdio, exit};
    use std::{env, fs, thread};

    use child_sandbox::{Limits, Sandbox, UnlistedCall, Wall, Walls};

    /// File descriptor that the child inherits. It is open for writing to a file.
    const INHERITED: libc::c_int = 9;

    /// Memory that a child may allocate, in bytes.
    const MEMORY: u64 = 256 << 20;

    /// The exit code of a child whose attack was refused. A child that panics exits with another code.
    const REFUSED: i32 = 3;

    /// The user ID of an unprivileged user.
    const NOBODY: u32 = 65534;

    struct Attack {
        name: &'static str,
        run: fn() -> io::Result<()>,
        /// The walls (sandbox restrictions) that stop the attack. Each of them is sufficient on its own.
        walls: &'static [Wall],
    }

    const ATTACKS: &[Attack] = &[
        Attack { name: "read a file", run: read_file, walls: &[Wall::Files, Wall::SystemCalls] },
        Attack { name: "write a file", run: write_file, walls: &[Wall::Files, Wall::SystemCalls, Wall::Resources] },
        Attack { name: "list a folder", run: list_folder, walls: &[Wall::Files, Wall::SystemCalls] },
        Attack {
            name: "write to an inherited file",
            run: write_inherited,
            walls: &[Wall::Descriptors, Wall::Resources],
        },
        Attack { name: "open a port", run: open_port, walls: &[Wall::Files, Wall::SystemCalls] },
        Attack { name: "connect to the parent", run: connect, walls: &[Wall::Files, Wall::SystemCalls] },
        Attack { name: "open a socket", run: open_socket, walls: &[Wall::SystemCalls] },
        Attack { name: "open many descriptors", run: open_many, walls: &[Wall::Resources, Wall::SystemCalls] },
        Attack { name: "signal the parent", run: signal_parent, walls: &[Wall::Files, Wall::SystemCalls] },
        Attack { name: "start a process", run: start_process, walls: &[Wall::Files, Wall::SystemCalls] },
        Attack { name: "become a program", run: execute, walls: &[Wall::Files, Wall::SystemCalls] },
        Attack { name: "fork", run: fork, walls: &[Wall::SystemCalls] },
        Attack { name: "fork with clone3", run: fork_with_clone3, walls: &[Wall::SystemCalls] },
        Attack { name: "map executable memory", run: map_executable, walls: &[Wall::SystemCalls] },
        Attack { name: "make memory executable", run: make_executable, walls: &[Wall::SystemCalls] },
        Attack { name: "read another process", run: read_process, walls: &[Wall::SystemCalls] },
        Attack { name: "be traced", run: trace, walls: &[Wall::SystemCalls] },
        Attack { name: "set up io_uring", run: set_up_io_uring, walls: &[Wall::SystemCalls] },
        Attack { name: "change the clock's slack", run: set_timer_slack, walls: &[Wall::SystemCalls] },
    ];

    pub fn main() {
        let arguments: Vec<String> = env::args().skip(1).collect();
        if let [mode, walls, unlisted, attack] = arguments.as_slice()
            && mode == "child"
        {
            child(walls.parse().expect("a number"), unlisted == "kills", attack);
        }
        let folder = Folder::new();
        // The attacks run once as root, which is not stopped by file permissions, and once as another user, which has
        // no capabilities.
        let root = unsafe { libc::getuid() } == 0;
        for user in [None, root.then_some(NOBODY)].into_iter().take(if root { 2 } else { 1 }) {
            let mut tries = 0;
            for attack in ATTACKS {
                let open = folder.attack(Walls::NONE, UnlistedCall::Fails, attack.name, user);
                assert!(open.success(), "`{}` is no attack: {open}", attack.name);
                for &wall in attack.walls {
                    let stopped = folder.attack(Walls::NONE.with(wall), UnlistedCall::Fails, attack.name, user);
                    assert!(was_stopped(stopped), "`{}` was not stopped by: {wall}: {stopped}", attack.name);
                    tries += 1;
                }
            }
            for unlisted in [UnlistedCall::Fails, UnlistedCall::Kills] {
                let work = folder.attack(Walls::ALL, unlisted, "work", user);
                assert!(work.success(), "honest work was stopped: {work}");
                let greedy = folder.attack(Walls::ALL, unlisted, "take memory", user);
                assert!(was_stopped(greedy), "the memory limit did not stop a greedy program: {greedy}");
            }
            for name in ["map executable memory", "make memory executable", "read another process", "set up io_uring"] {
                let killed = folder.attack(Walls::ALL, UnlistedCall::Fails, name, user);
                assert_eq!(killed.signal(), Some(libc::SIGSYS), "`{name}` must kill the process: {killed}");
            }
            folder.check_status_of_all_threads(user);
            println!("user {user:?}: {} attacks, {tries} stopped by a single wall", ATTACKS.len());
        }
    }

    /// Returns whether the attack failed, or made the kernel kill the child.
    fn was_stopped(status: ExitStatus) -> bool {
        status.code() == Some(REFUSED) || matches!(status.signal(), Some(libc::SIGSYS | libc::SIGXFSZ))
    }

    /// A temporary folder that contains a copy of this program, which every user can execute.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl Folder {
        fn new() -> Self {
            let folder = env::temp_dir().join(format!("child-sandbox-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("a temporary folder can be created");
            let folder = Folder(folder);
            fs::copy(env::current_exe().expect("the program has a path"), folder.program()).expect("it can be copied");
            folder
        }

        fn program(&self) -> PathBuf {
            self.0.join("attacks")
        }

        /// Returns the command that starts this program as a child with an inherited descriptor.
        fn child(&self, walls: Walls, unlisted: UnlistedCall, attack: &str, user: Option<u32>) -> Command {
            let mut command = Command::new("sh");
            // The shell opens descriptor 9, which the child then inherits.
            command.args(["-c", r#"exec 9>>"$0/inherited"; exec "$@""#]).arg(&self.0).arg(self.program());
            command.args(["child", &walls.bits().to_string()]);
            command.args([if unlisted == UnlistedCall::Kills { "kills" } else { "fails" }, attack]);
            command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            if let Some(user) = user {
                command.uid(user).gid(user);
            }
            command
        }

        fn attack(&self, walls: Walls, unlisted: UnlistedCall, attack: &str, user: Option<u32>) -> ExitStatus {
            // All users may write to the inherited file.
            let inherited = self.0.join("inherited");
            fs::write(&inherited, "").expect("the folder exists");
            fs::set_permissions(&inherited, std::os::unix::fs::PermissionsExt::from_mode(0o666)).expect("it is ours");
            self.child(walls, unlisted, attack, user).spawn().expect("a shell exists").wait().expect("it was started")
        }

        /// Checks the threads and descriptors of a sealed child process through `/proc`.
        fn check_status_of_all_threads(&self, user: Option<u32>) {
            let mut child = self.child(Walls::ALL, UnlistedCall::Kills, "wait", user).spawn().expect("a shell exists");
            let mut ready = [0; 6];
            child.stdout.as_mut().expect("piped").read_exact(&mut ready).expect("the child says that it is ready");
            let process = PathBuf::from(format!("/proc/{}", child.id()));
            let tasks: Vec<_> = fs::read_dir(process.join("task")).expect("it is alive").flatten().collect();
            assert_eq!(tasks.len(), 3, "the main thread and two others");
            for task in tasks {
                let status = fs::read_to_string(task.path().join("status")).expect("it is alive");
                for line in ["Seccomp:\t2", "NoNewPrivs:\t1"] {
                    assert!(status.lines().any(|found| found == line), "{line} is not in:\n{status}");
                }
            }
            let open = fs::read_dir(process.join("fd")).expect("it is ours").flatten();
            let open: Vec<PathBuf> = open.filter_map(|descriptor| fs::read_link(descriptor.path()).ok()).collect();
            assert_eq!(open.len(), 3, "{open:?}");
            assert!(!open.iter().any(|target| target.starts_with(&self.0)), "{open:?}");
            drop(child.stdin.take());
            assert!(child.wait().expect("it was started").success());
        }
    }

    /// Raises the walls (sandbox restrictions) and carries out the attack. Exits with 0 if the attack succeeded.
    fn child(walls: u8, kills: bool, attack: &str) -> ! {
        let unlisted = if kills { UnlistedCall::Kills } else { UnlistedCall::Fails };
        let wanted = Walls::from_bits(walls);
        let sandbox = Sandbox::prepare_with(wanted, unlisted);
        let standing = sandbox.seal(&Limits { memory: MEMORY });
        assert_eq!(standing, wanted, "these walls are missing: {:?}", standing.missing());
        let run = match attack {
            "work" => work,
            "take memory" => take_memory,
            "wait" => wait,
            name => ATTACKS.iter().find(|attack| attack.name == name).expect("a known attack").run,
        };
        exit(if run().is_ok() { 0 } else { REFUSED });
    }

    fn check(result: libc::c_long) -> io::Result<()> {
        if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    fn read_file() -> io::Result<()> {
        File::open("/proc/self/status")?;
        File::open("/etc/passwd").map(drop)
    }

    fn write_file() -> io::Result<()> {
        let path = env::temp_dir().join(format!("child-sandbox-written-{}", std::process::id()));
        let written = fs::write(&path, "written");
        let _ = fs::remove_file(&path);
        written
    }

    fn list_folder() -> io::Result<()> {
        fs::read_dir("/").map(drop)
    }

    fn write_inherited() -> io::Result<()> {
        check(unsafe { libc::write(INHERITED, c"written".as_ptr().cast(), 7) } as libc::c_long)
    }

    fn open_port() -> io::Result<()> {
        std::net::TcpListener::bind(("127.0.0.1", 1 << 15)).map(drop).or_else(|error| match error.kind() {
            // The sandbox let the call through: the port is only in use by another process.
            io::ErrorKind::AddrInUse => Ok(()),
            _ => Err(error),
        })
    }

    fn connect() -> io::Result<()> {
        match std::net::TcpStream::connect(("127.0.0.1", 1)) {
            // The sandbox let the call through: nothing listens on the port.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
            connected => connected.map(drop),
        }
    }

    fn open_socket() -> io::Result<()> {
        std::os::unix::net::UnixDatagram::unbound().map(drop)
    }

    fn open_many() -> io::Result<()> {
        let mut duplicates = Vec::new();
        for _ in 0..100 {
            duplicates.push(std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?);
        }
        Ok(())
    }

    fn signal_parent() -> io::Result<()> {
        check(unsafe { libc::kill(libc::getppid(), libc::SIGCONT) }.into())
    }

    fn start_process() -> io::Result<()> {
        Command::new("/bin/true").status().map(drop)
    }

    fn execute() -> io::Result<()> {
        Err(Command::new("/bin/true").exec())
    }

    fn fork() -> io::Result<()> {
        match unsafe { libc::fork() } {
            0 => exit(0),
            process => check(process.into()),
        }
    }

    fn fork_with_clone3() -> io::Result<()> {
        // The arguments struct of the first version of `clone3`. The first field contains the flags, the fifth the exit
        // signal.
        let arguments: [u64; 8] = [0, 0, 0, 0, libc::SIGCHLD as u64, 0, 0, 0];
        match unsafe { libc::syscall(libc::SYS_clone3, arguments.as_ptr(), size_of_val(&arguments)) } {
            0 => exit(0),
            process => check(process),
        }
    }

    fn map(protection: libc::c_int) -> io::Result<*mut libc::c_void> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let memory = unsafe { libc::mmap(std::ptr::null_mut(), 4096, protection, flags, -1, 0) };
        if memory == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(memory) }
    }

    fn map_executable() -> io::Result<()> {
        map(libc::PROT_READ | libc::PROT_EXEC).map(drop)
    }

    fn make_executable() -> io::Result<()> {
        let memory = map(libc::PROT_READ | libc::PROT_WRITE)?;
        check(unsafe { libc::mprotect(memory, 4096, libc::PROT_READ | libc::PROT_EXEC) }.into())
    }

    /// Reads this process's own memory with `process_vm_readv`, which the kernel allows every process.
    fn read_process() -> io::Result<()> {
        let (from, mut to) = ([1_u8; 8], [0_u8; 8]);
        let remote = libc::iovec { iov_base: from.as_ptr().cast_mut().cast(), iov_len: 8 };
        let local = libc::iovec { iov_base: to.as_mut_ptr().cast(), iov_len: 8 };
        check(unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) } as libc::c_long)
    }

    fn trace() -> io::Result<()> {
        check(unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) })
    }

    fn set_up_io_uring() -> io::Result<()> {
        let mut parameters = [0_u8; 120];
        check(unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr()) })
    }

    /// Makes a harmless system call that is not on the list of allowed calls.
    fn set_timer_slack() -> io::Result<()> {
        check(unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 50_000, 0, 0, 0) }.into())
    }

    /// Does what an interpreter normally does. No wall (sandbox restriction) may prevent this.
    fn work() -> io::Result<()> {
        thread::Builder::new().name("worker".into()).stack_size(8 << 20).spawn(|| vec![1_u8; 16 << 20].len())?;
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(|| vec![1_u8; 1 << 20].len())).collect();
        assert!(threads.into_iter().all(|thread| thread.join().is_ok()));
        thread::sleep(std::time::Duration::from_millis(1));
        let _ = (std::time::Instant::now(), std::time::SystemTime::now(), thread::available_parallelism());
        let mut seed = [0_u8; 8];
        check(unsafe { libc::getrandom(seed.as_mut_ptr().cast(), 8, 0) } as libc::c_long)?;
        // The result is ignored, because standard output may be closed.
        let _ = io::stdout().write_all(b"output");
        assert!(std::panic::catch_unwind(|| panic!("an exception")).is_err());
        Ok(())
    }

    fn take_memory() -> io::Result<()> {
        let mut memory: Vec<u8> = Vec::new();
        memory.try_reserve_exact(2 * MEMORY as usize).map_err(|_| io::ErrorKind::OutOfMemory.into())
    }

    /// Starts two more threads, reports that they run, and waits until standard input is closed.
    fn wait() -> io::Result<()> {
        for _ in 0..2 {
            thread::spawn(|| {
                loop {
                    thread::park();
                }
            });
        }
        io::stdout().write_all(b"ready\n")?;
        io::stdin().read_to_end(&mut Vec::new()).map(drop)
    }
}

#[cfg(target_os = "linux")]
fn main() {
    attacks::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}
