//! In-place edits of values, and their consequences for the values' keys.

use std::ops::{Deref, DerefMut};

use super::Keyspace;
use crate::data::{DataType, Str, Stream};
use crate::error::{self, Error};
use crate::notify::Class;

/// A value that is being edited in place. After a change, the caller must end the edit with `commit`, `commit_changes`
/// or `keep`.
pub(crate) struct Edit<'a, T: DataType> {
    keyspace: &'a mut Keyspace,
    index: usize,
    key: &'a [u8],
    created: bool,
    /// The length of the value before the edit, if the value is a string and the memory is limited. Otherwise 0.
    length_before: usize,
    type_: std::marker::PhantomData<T>,
}

impl<'a, T: DataType> Edit<'a, T> {
    pub(super) fn new(keyspace: &'a mut Keyspace, index: usize, key: &'a [u8], created: bool) -> Self {
        let length_before = keyspace.memory_cap.length_before(&keyspace.database().entry(index).value);
        Edit { keyspace, index, key, created, length_before, type_: std::marker::PhantomData }
    }

    /// Returns whether the key did not exist before the edit.
    pub fn is_new(&self) -> bool {
        self.created
    }

    /// Ends the edit without counting a change. Keeps a created key, and records the event `new` for it. BITFIELD needs
    /// this, because it creates a key or lengthens a string even if all its operations then fail because of overflows.
    pub fn keep(mut self) {
        self.count_growth();
        if std::mem::take(&mut self.created) {
            self.keyspace.notify(Class::New, "new", self.key);
        }
    }

    /// Ends the edit of a value whose representation has changed but not what it stands for. Records no event, and does
    /// not mark the key as modified. `changes` is the number of changes that Redis counts.
    pub fn keep_converted(mut self, changes: usize) {
        self.count_growth();
        self.created = false;
        self.keyspace.dirty += changes as u64;
        self.keyspace.changes += 1;
        self.keyspace.database_mut().settle(self.index, self.key);
    }

    /// Ends the edit like `commit`, but without an event, as for the estimate that PFCOUNT stores.
    pub fn commit_without_event(mut self) {
        self.count_growth();
        self.created = false;
        self.keyspace.dirty += 1;
        self.keyspace.settle(self.index, self.key);
    }

    /// Counts fields that were removed because they had expired.
    pub fn count_expired(&mut self, fields: usize) {
        self.keyspace.stats.expired_subkeys += fields as u64;
    }

    /// Records a keyspace event in addition to the event that ends the edit.
    pub fn notify(&mut self, event: &'static str) {
        self.keyspace.notify(T::CLASS, event, self.key);
    }

    /// Ends the edit of a value that was changed, and records the given keyspace event. Removes the key if its value
    /// is now an empty container.
    pub fn commit(self, event: &'static str) {
        self.commit_changes(event, 1);
    }

    /// Ends the edit like `commit`, for a command that Redis counts as the given number of changes.
    pub fn commit_changes(self, event: &'static str, changes: usize) {
        self.commit_events(&[event], changes);
    }

    /// Ends the edit like `commit_changes`, with several keyspace events.
    fn commit_events(mut self, events: &[&'static str], changes: usize) {
        let created = self.count_changes(changes);
        self.notify_all(created, events);
        if self.keyspace.settle(self.index, self.key) && created {
            self.keyspace.signal_key_as_ready(self.key);
        }
    }

    /// Counts the changes, and updates the access time. Returns whether the key was created.
    fn count_changes(&mut self, changes: usize) -> bool {
        self.count_growth();
        self.keyspace.dirty += changes as u64;
        let now_ms = self.keyspace.now_ms();
        self.keyspace.database_mut().entry_mut(self.index).accessed_ms = now_ms;
        std::mem::take(&mut self.created)
    }

    fn notify_all(&mut self, created: bool, events: &[&'static str]) {
        if created {
            self.keyspace.notify(Class::New, "new", self.key);
        }
        events.iter().for_each(|event| self.keyspace.notify(T::CLASS, event, self.key));
    }
}

impl Edit<'_, Stream> {
    /// Ends the edit after an entry was added. Clients that are blocked on the stream may read the entry.
    pub fn commit_entry(mut self, events: &[&'static str]) {
        let created = self.count_changes(1);
        self.notify_all(created, events);
        self.keyspace.settle(self.index, self.key);
        self.keyspace.signal_key_as_ready(self.key);
    }

    /// Ends the edit of a consumer group. As in Redis, such a change does not affect the clients that watch the key,
    /// unless the key was created.
    pub fn commit_group(mut self, events: &[&'static str], changes: usize) {
        if self.created {
            return self.commit_events(events, changes);
        }
        self.count_changes(changes);
        self.notify_all(false, events);
        self.keyspace.signal_unwatched_change();
    }

    /// Ends the edit after a consumer group was removed. Clients that are blocked on it are unblocked.
    pub fn commit_lost_group(mut self, event: &'static str) {
        self.count_changes(1);
        self.notify_all(false, &[event]);
        self.keyspace.signal_unwatched_change();
        self.keyspace.signal_key_as_ready(self.key);
    }
}

impl<T: DataType> Edit<'_, T> {
    /// Counts the bytes by which a string has become longer as added memory.
    fn count_growth(&mut self) {
        let keyspace = &mut *self.keyspace;
        let value = &keyspace.databases[keyspace.selected].entry(self.index).value;
        keyspace.memory_cap.count_growth(self.length_before, value);
    }
}

impl Edit<'_, Str> {
    /// Appends zero bytes up to the given length, unless the string is already that long. Returns the bytes, to be
    /// modified in place.
    ///
    /// # Errors
    /// Returns the OOM error if the string would exceed the memory limit, or if the system has too little memory. In
    /// the latter case, Redis would crash.
    pub fn lengthen(&mut self, length: usize) -> Result<&mut Vec<u8>, Error> {
        let growth = length.saturating_sub(self.len());
        self.keyspace.check_growth(growth)?;
        let bytes = self.make_mut();
        if growth > 0 {
            bytes.try_reserve_exact(growth).map_err(|_| error::OUT_OF_MEMORY)?;
            bytes.resize(length, 0);
        }
        Ok(bytes)
    }

    /// Appends bytes to the string.
    ///
    /// # Errors
    /// Returns the OOM error if the system has too little memory.
    pub fn append(&mut self, suffix: &[u8]) -> Result<(), Error> {
        let bytes = self.make_mut();
        // Reserving more than is needed makes repeated appends fast. If there is too little memory to do so, only the
        // needed bytes are reserved.
        bytes
            .try_reserve(suffix.len())
            .or_else(|_| bytes.try_reserve_exact(suffix.len()))
            .map_err(|_| error::OUT_OF_MEMORY)?;
        bytes.extend_from_slice(suffix);
        Ok(())
    }
}

impl<T: DataType> Deref for Edit<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        T::from_value(&self.keyspace.database().entry(self.index).value)
            .expect("the type was checked when the edit was opened")
    }
}

impl<T: DataType> DerefMut for Edit<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        let entry = self.keyspace.database_mut().entry_mut(self.index);
        T::from_value_mut(&mut entry.value).expect("the type was checked when the edit was opened")
    }
}

impl<T: DataType> Drop for Edit<'_, T> {
    fn drop(&mut self) {
        if self.created {
            self.keyspace.database_mut().remove(self.key);
        }
    }
}
