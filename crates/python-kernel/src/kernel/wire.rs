//! The native module `_wire`: connections to Redis for the `redis` package. It packs commands and parses replies, so
//! that a method call needs only one request on the pipe and little Python code.

use super::{kernel, resp};
use crate::frame::{FromChild, ToChild};
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyDictRef, PyStr, PyStrInterned, PyStrRef, PyTuple},
    function::{ArgIntoFloat, FuncArgs, KwArgs},
};
use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(super) use _wire::module_def;

/// Bytes that were received on a connection and have not been parsed yet.
#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    /// Offset of the first reply that has not been parsed yet.
    start: usize,
    scanner: resp::ReplyScanner,
}

/// The open connections of this child process.
#[derive(Default)]
pub struct Connections {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    last: u32,
    received: HashMap<u32, Arc<Mutex<Received>>>,
}

impl Connections {
    /// Returns the number to assign to a new connection.
    fn next_number(&self) -> u32 {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.last += 1;
        open.last
    }

    fn add(&self, connection: u32) -> Arc<Mutex<Received>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.received.entry(connection).or_default().clone()
    }

    fn find(&self, connection: u32, vm: &VirtualMachine) -> PyResult<Arc<Mutex<Received>>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.received.get(&connection).cloned().ok_or_else(|| closed(vm))
    }

    fn remove(&self, connection: u32) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.received.remove(&connection).is_some()
    }
}

impl Received {
    /// Removes the first reply from the received bytes and returns its bytes. Returns `None` if the reply is
    /// incomplete.
    fn take_reply(&mut self) -> Result<Option<Vec<u8>>, resp::Malformed> {
        let unread = &self.bytes[self.start..];
        let Some(length) = self.scanner.scan(unread)? else { return Ok(None) };
        if self.start == 0 && length == self.bytes.len() {
            return Ok(Some(mem::take(&mut self.bytes)));
        }
        let reply = unread[..length].to_vec();
        self.start += length;
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
        Ok(Some(reply))
    }

    fn append(&mut self, data: Vec<u8>) {
        if self.start == self.bytes.len() {
            self.bytes = data;
        } else {
            self.bytes.drain(..self.start);
            self.bytes.extend_from_slice(&data);
        }
        self.start = 0;
    }
}

/// Appends `data` to the received bytes. Removes and returns the first reply, or returns `None` if it is incomplete.
/// Builds the Python objects after releasing the lock on the bytes, because a codec that the learner has registered may
/// use the same connection.
fn next_reply(
    received: &Mutex<Received>,
    data: Vec<u8>,
    encoding: Option<&str>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let reply = {
        let mut received = received.lock().unwrap_or_else(PoisonError::into_inner);
        if !data.is_empty() {
            received.append(data);
        }
        received.take_reply().map_err(|resp::Malformed| closed(vm))?
    };
    reply.map(|reply| resp::Builder::new(&reply, encoding, vm).value()).transpose()
}

/// Sends `request`, and waits until a complete reply has arrived on the connection.
fn request_reply(
    connection: u32,
    request: FromChild,
    timeout_us: Option<u64>,
    encoding: Option<&str>,
    vm: &VirtualMachine,
) -> PyResult {
    let received = kernel().connections.find(connection, vm)?;
    let mut request = request;
    loop {
        match super::request(&request, vm)? {
            ToChild::Received { data } => {
                if let Some(reply) = next_reply(&received, data, encoding, vm)? {
                    return Ok(reply);
                }
            }
            ToChild::TimedOut => return Err(timed_out(vm)),
            _ => return Err(closed(vm)),
        }
        request = FromChild::Receive { connection, timeout_us };
    }
}

/// Sends a command on a `Connection` object, and waits for its reply.
fn exchange(connection: &PyObjectRef, command: &PyTuple, vm: &VirtualMachine) -> PyResult {
    static NAMES: OnceLock<[&'static PyStrInterned; 3]> = OnceLock::new();
    let names = NAMES.get_or_init(|| ["_handle", "socket_timeout", "_encoding"].map(|name| vm.ctx.intern_str(name)));
    let [handle, timeout, encoding] = names.map(|name| connection.get_attr(name, vm));
    // The handle of a closed connection is None. Then the conversion fails, and `_execute_with_retries` reconnects.
    let handle: u32 = handle?.try_into_value(vm)?;
    let timeout: Option<ArgIntoFloat> = timeout?.try_into_value(vm)?;
    let encoding: Option<PyStrRef> = encoding?.try_into_value(vm)?;
    exchange_on(handle, command, timeout, encoding, vm)
}

/// Sends a command on the connection with the given number, and waits for its reply.
fn exchange_on(
    connection: u32,
    command: &PyTuple,
    timeout: Option<ArgIntoFloat>,
    encoding: Option<PyStrRef>,
    vm: &VirtualMachine,
) -> PyResult {
    let data = CommandWriter::UTF8.command(command.as_slice(), vm)?;
    let timeout_us = micros(timeout.map(f64::from));
    let encoding = encoding.as_ref().map(|name| name.to_string_lossy());
    let request = FromChild::Exchange { connection, data, timeout_us };
    request_reply(connection, request, timeout_us, encoding.as_deref(), vm)
}

/// Converts a reply to the value that redis-py's method returns.
fn convert_reply(convert: PyObjectRef, reply: PyObjectRef, options: PyDictRef, vm: &VirtualMachine) -> PyResult {
    if vm.is_none(&convert) {
        return Ok(reply);
    }
    let named = options.into_iter().filter_map(|(name, value)| {
        let name = name.downcast_ref::<PyStr>()?.to_str()?.to_owned();
        (name != "keys").then_some((name, value))
    });
    convert.call(FuncArgs::new(vec![reply], named.collect::<KwArgs>()), vm)
}

fn closed(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_exception_empty(_wire::closed(vm))
}

fn timed_out(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_exception_empty(_wire::timed_out(vm))
}

/// Returns the exception for an error reply, but does not raise it. The `redis` package decides where to raise it.
pub fn error_reply(message: &[u8], vm: &VirtualMachine) -> PyObjectRef {
    let message = String::from_utf8_lossy(message).into_owned();
    vm.new_exception_msg(_wire::error_reply(vm), message.into()).into()
}

/// Returns the Python object for a push message, which Redis sends without a request.
pub fn push(items: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    use rustpython_vm::AsObject;
    let items: PyObjectRef = vm.ctx.new_list(items).into();
    _wire::push(vm).as_object().call((items,), vm)
}

/// Converts a timeout in seconds to microseconds. A negative timeout becomes 0, and `None` stays `None`.
fn micros(timeout: Option<f64>) -> Option<u64> {
    // The cast saturates: a float too large for `u64` becomes its maximum, which is more than 500,000 years.
    timeout.map(|seconds| (seconds.max(0.0) * 1e6).round() as u64)
}

/// A writer that encodes a command as a RESP array of bulk strings.
struct CommandWriter<'a> {
    encoding: &'a str,
    errors: &'a str,
    out: Vec<u8>,
}

impl CommandWriter<'_> {
    const UTF8: CommandWriter<'static> = CommandWriter { encoding: "utf-8", errors: "strict", out: Vec::new() };

    fn command(mut self, command: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        self.out.reserve(16 + command.len() * 16);
        let (words, rest): (Vec<&str>, _) = match command.split_first() {
            Some((first, rest)) => match first.downcast_ref::<PyStr>().and_then(|name| name.to_str()) {
                Some(name) => (name.split_ascii_whitespace().collect(), rest),
                None => (Vec::new(), command),
            },
            None => (Vec::new(), command),
        };
        self.count(b'*', words.len() + rest.len());
        for word in words {
            self.bulk(word.as_bytes());
        }
        for element in rest {
            self.element(element, vm)?;
        }
        Ok(self.out)
    }

    fn element(&mut self, element: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        use rustpython_vm::builtins::{PyByteArray, PyBytes, PyFloat, PyInt, PyMemoryView};
        use rustpython_vm::{AsObject, TryFromObject};
        if let Some(text) = element.downcast_ref::<PyStr>() {
            if resp::is_utf8(self.encoding)
                && let Some(text) = text.to_str()
            {
                self.bulk(text.as_bytes());
                return Ok(());
            }
            let bytes = vm.call_method(element, "encode", (self.encoding, self.errors))?;
            return self.element(&bytes, vm);
        }
        if let Some(bytes) = element.downcast_ref::<PyBytes>() {
            self.bulk(bytes.as_bytes());
        } else if element.class().is(vm.ctx.types.int_type)
            && let Some(number) = element.downcast_ref::<PyInt>()
        {
            match i64::try_from(number.as_bigint()) {
                Ok(number) => self.bulk(itoa::Buffer::new().format(number).as_bytes()),
                Err(_) => self.bulk(number.as_bigint().to_string().as_bytes()),
            }
        } else if element.downcast_ref::<PyFloat>().is_some()
            || (element.downcast_ref::<PyInt>().is_some() && !element.class().is(vm.ctx.types.bool_type))
        {
            let shown = element.repr(vm)?;
            self.bulk(shown.to_string_lossy().as_bytes());
        } else if let Some(bytes) = element.downcast_ref::<PyByteArray>() {
            let bytes = bytes.borrow_buf();
            self.bulk(&bytes);
        } else if element.downcast_ref::<PyMemoryView>().is_some() {
            let bytes = rustpython_vm::function::ArgBytesLike::try_from_object(vm, element.clone())?;
            let bytes = bytes.borrow_buf();
            self.bulk(&bytes);
        } else {
            let class = _wire::unencodable(vm);
            return Err(vm.new_exception(class, vec![element.clone()]));
        }
        Ok(())
    }

    fn count(&mut self, kind: u8, count: usize) {
        self.out.push(kind);
        self.out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }

    fn bulk(&mut self, bytes: &[u8]) {
        self.count(b'$', bytes.len());
        self.out.extend_from_slice(bytes);
        self.out.extend_from_slice(b"\r\n");
    }
}

#[rustpython_vm::pymodule]
mod _wire {
    use super::{CommandWriter, closed as closed_error, kernel, micros, next_reply};
    use crate::frame::{FromChild, ToChild};
    use crate::kernel as child;
    // The code generated by `pyattr(once)` refers to this crate as `rustpython_common`.
    use rustpython_vm::common as rustpython_common;
    use rustpython_vm::{
        AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
        builtins::{PyDictRef, PyListRef, PySet, PyStrRef, PyTupleRef, PyTypeRef},
        function::{ArgBytesLike, ArgIntoFloat, ArgSequence, OptionalOption},
        types::PyTypeSlots,
    };
    use std::mem;
    use std::sync::PoisonError;

    #[pyattr(once, name = "ErrorReply")]
    pub fn error_reply(vm: &VirtualMachine) -> PyTypeRef {
        vm.ctx.new_exception_type("_wire", "ErrorReply", None)
    }

    #[pyattr(once, name = "TimedOut")]
    pub fn timed_out(vm: &VirtualMachine) -> PyTypeRef {
        vm.ctx.new_exception_type("_wire", "TimedOut", None)
    }

    #[pyattr(once, name = "Closed")]
    pub fn closed(vm: &VirtualMachine) -> PyTypeRef {
        vm.ctx.new_exception_type("_wire", "Closed", None)
    }

    #[pyattr(once, name = "Unencodable")]
    pub fn unencodable(vm: &VirtualMachine) -> PyTypeRef {
        vm.ctx.new_exception_type("_wire", "Unencodable", Some(vec![vm.ctx.exceptions.type_error.to_owned()]))
    }

    #[pyattr(once, name = "Push")]
    pub fn push(vm: &VirtualMachine) -> PyTypeRef {
        let list = vm.ctx.types.list_type.to_owned();
        vm.ctx.new_class(Some("_wire"), "Push", list, PyTypeSlots::heap_default())
    }

    #[pyfunction]
    fn open(
        host: PyStrRef,
        port: u16,
        commands: ArgSequence<PyTupleRef>,
        vm: &VirtualMachine,
    ) -> PyResult<(u32, PyListRef)> {
        let connections = &kernel().connections;
        let mut setup_commands = Vec::new();
        for command in commands.iter() {
            setup_commands.extend(CommandWriter::UTF8.command(command.as_slice(), vm)?);
        }
        let connection = connections.next_number();
        let host = host.to_string_lossy().into_owned();
        let mut answer = child::request(&FromChild::Connect { connection, host, port, setup_commands }, vm)?;
        if let ToChild::ConnectionRefused { reason } = answer {
            // The exception is created by calling its class, because an OSError has more fields than its message.
            let error = vm.ctx.exceptions.connection_refused_error.as_object().call((reason,), vm)?;
            return Err(error.try_into_value(vm)?);
        }
        let received = connections.add(connection);
        let mut replies = Vec::new();
        loop {
            match answer {
                ToChild::Connected { mut data } | ToChild::Received { mut data } => {
                    while replies.len() < commands.len()
                        && let Some(reply) = next_reply(&received, mem::take(&mut data), None, vm)?
                    {
                        replies.push(reply);
                    }
                }
                _ => return Err(closed_error(vm)),
            }
            if replies.len() == commands.len() {
                return Ok((connection, vm.ctx.new_list(replies)));
            }
            answer = child::request(&FromChild::Receive { connection, timeout_us: None }, vm)?;
        }
    }

    #[pyfunction]
    fn pack(command: PyTupleRef, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        CommandWriter::UTF8.command(command.as_slice(), vm)
    }

    #[pyfunction]
    fn pack_with(command: PyTupleRef, encoding: PyStrRef, errors: PyStrRef, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let (encoding, errors) = (encoding.to_string_lossy(), errors.to_string_lossy());
        let packer = CommandWriter { encoding: &encoding, errors: &errors, out: Vec::new() };
        packer.command(command.as_slice(), vm)
    }

    #[pyfunction]
    fn call(
        connection: u32,
        command: PyTupleRef,
        timeout: Option<ArgIntoFloat>,
        encoding: Option<PyStrRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        super::exchange_on(connection, &command, timeout, encoding, vm)
    }

    /// Runs an ordinary command on the fast path: a single native call instead of several layers of Python. Takes an
    /// idle connection, exchanges the command for its reply, and converts the reply with the converter that `known`
    /// contains for the command. Falls back to `client._execute_with_retries` if there is no idle connection or no
    /// converter, if the reply must not be decoded, and on any error.
    #[pyfunction]
    fn execute(
        client: PyObjectRef,
        known: PyDictRef,
        idle: PyListRef,
        command: PyTupleRef,
        options: PyDictRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        let is_decoded = options.is_empty() || !options.contains_key("NEVER_DECODE", vm);
        let name = command.as_slice().first().filter(|_| is_decoded);
        let convert = name.and_then(|name| known.get_item_opt(&**name, vm).ok().flatten());
        let connection = convert.as_ref().and_then(|_| idle.borrow_vec_mut().pop());
        let (Some(convert), Some(connection)) = (convert, connection) else {
            return vm.call_method(&client, "_execute_with_retries", (command, options));
        };
        let cause: PyObjectRef = match super::exchange(&connection, &command, vm) {
            Ok(reply) if !reply.fast_isinstance(vm.ctx.exceptions.base_exception_type) => {
                idle.borrow_vec_mut().push(connection);
                return super::convert_reply(convert, reply, options, vm);
            }
            Ok(error) => error,
            Err(error) => error.into(),
        };
        vm.call_method(&client, "_execute_with_retries", (command, options, connection, cause))
    }

    #[pyfunction]
    fn send(connection: u32, data: ArgBytesLike, vm: &VirtualMachine) -> PyResult<()> {
        kernel().connections.find(connection, vm)?;
        let data = data.borrow_buf().to_vec();
        kernel().pipe.send_later(&FromChild::Send { connection, data });
        Ok(())
    }

    #[pyfunction]
    fn read(
        connection: u32,
        timeout: OptionalOption<ArgIntoFloat>,
        encoding: OptionalOption<PyStrRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let encoding = encoding.flatten();
        let encoding = encoding.as_ref().map(|name| name.to_string_lossy());
        let received = kernel().connections.find(connection, vm)?;
        if let Some(reply) = next_reply(&received, Vec::new(), encoding.as_deref(), vm)? {
            return Ok(reply);
        }
        let timeout_us = micros(timeout.flatten().map(f64::from));
        let request = FromChild::Receive { connection, timeout_us };
        super::request_reply(connection, request, timeout_us, encoding.as_deref(), vm)
    }

    /// Returns the next reply whose bytes have arrived. Raises `TimedOut` if there is none.
    #[pyfunction]
    fn take(connection: u32, encoding: Option<PyStrRef>, vm: &VirtualMachine) -> PyResult {
        let encoding = encoding.as_ref().map(|name| name.to_string_lossy());
        let received = kernel().connections.find(connection, vm)?;
        next_reply(&received, Vec::new(), encoding.as_deref(), vm)?.ok_or_else(|| super::timed_out(vm))
    }

    /// Waits until bytes arrive on any of the connections, and keeps the bytes for `read`. Returns two lists: the
    /// connections on which bytes have arrived, and those that the server has closed. Both lists are empty if the
    /// timeout expires first.
    #[pyfunction]
    fn receive_any(
        connections: ArgSequence<u32>,
        timeout: OptionalOption<ArgIntoFloat>,
        vm: &VirtualMachine,
    ) -> PyResult<(PyListRef, PyListRef)> {
        let connections: Vec<u32> = connections.iter().copied().collect();
        let timeout_us = micros(timeout.flatten().map(f64::from));
        let request = FromChild::ReceiveAny { connections: connections.clone(), timeout_us };
        let (mut received, mut closed) = (Vec::new(), Vec::new());
        if let ToChild::ReceivedAny { arrivals } = child::request(&request, vm)? {
            for arrival in arrivals {
                let Some(&connection) = connections.get(arrival.index as usize) else { continue };
                let number = vm.ctx.new_int(connection).into();
                match arrival.data {
                    // Another thread may have closed the connection in the meantime. Then it is reported as closed.
                    Some(data) => match kernel().connections.find(connection, vm) {
                        Ok(found) => {
                            found.lock().unwrap_or_else(PoisonError::into_inner).append(data);
                            received.push(number);
                        }
                        Err(_) => closed.push(number),
                    },
                    None => closed.push(number),
                }
            }
        }
        Ok((vm.ctx.new_list(received), vm.ctx.new_list(closed)))
    }

    #[pyfunction]
    fn pending(connection: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let received = kernel().connections.find(connection, vm)?;
        let received = received.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(received.start < received.bytes.len())
    }

    #[pyfunction]
    fn close(connection: u32) {
        if kernel().connections.remove(connection) {
            kernel().pipe.send_later(&FromChild::Disconnect { connection });
        }
    }

    #[pyfunction]
    fn now(vm: &VirtualMachine) -> PyResult<f64> {
        Ok(child::clock::now_us(vm)? as f64 / 1e6)
    }

    #[pyfunction]
    fn sleep(seconds: ArgIntoFloat, vm: &VirtualMachine) -> PyResult<()> {
        child::clock::sleep(seconds.into(), vm)
    }

    /// Returns a set whose members are ordered by a hash that is keyed with the seed. The order looks arbitrary, but is
    /// the same in every run and for every order of `items`.
    #[pyfunction]
    fn shuffled(items: PyListRef, vm: &VirtualMachine) -> PyResult<PyRef<PySet>> {
        let mut ranked = Vec::new();
        // The list is copied, because `repr` may run the learner's code, which can change the list.
        let items = items.borrow_vec().to_vec();
        for item in items {
            let bytes = item.downcast_ref::<rustpython_vm::builtins::PyBytes>();
            let rank = match bytes {
                Some(bytes) => child::rng::rank(kernel().seed, bytes.as_bytes()),
                None => child::rng::rank(kernel().seed, item.repr(vm)?.as_bytes()),
            };
            ranked.push((rank, item));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        let set = PySet::default().into_ref(&vm.ctx);
        for (_, item) in ranked {
            set.add(item, vm)?;
        }
        Ok(set)
    }
}
