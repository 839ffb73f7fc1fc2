//! A value that is open to be changed, and what follows from the change when it is done.

use std::ops::{Deref, DerefMut};

use super::Keyspace;
use crate::data::DataType;
use crate::notify::Class;

/// A value that is open to be changed. Without `commit`, nothing was changed.
pub struct Edit<'a, T: DataType> {
    keyspace: &'a mut Keyspace,
    index: usize,
    key: &'a [u8],
    created: bool,
    type_: std::marker::PhantomData<T>,
}

impl<'a, T: DataType> Edit<'a, T> {
    pub(super) fn new(keyspace: &'a mut Keyspace, index: usize, key: &'a [u8], created: bool) -> Self {
        Edit { keyspace, index, key, created, type_: std::marker::PhantomData }
    }

    /// Whether the key was not there before.
    pub fn is_new(&self) -> bool {
        self.created
    }

    /// Ends the edit without a change that anybody is told of: BITFIELD makes a key or lengthens a string, and then
    /// refuses every value.
    pub fn keep(mut self) {
        if std::mem::take(&mut self.created) {
            self.keyspace.note(Class::New, "new", self.key);
        }
    }

    /// Counts parts of it that were dropped because their time was over.
    pub fn count_expired(&mut self, parts: usize) {
        self.keyspace.counts.expired_parts += parts as u64;
    }

    /// Tells of an event before the one that ends the edit.
    pub fn tell(&mut self, event: &'static str) {
        self.keyspace.note(T::CLASS, event, self.key);
    }

    /// Ends the edit: the value was changed, which is this event. A container that is empty now is dropped.
    pub fn commit(self, event: &'static str) {
        self.commit_changes(event, 1);
    }

    /// The same for what Redis counts as so many changes.
    pub fn commit_changes(mut self, event: &'static str, changes: usize) {
        self.keyspace.dirty += changes as u64;
        let created = std::mem::take(&mut self.created);
        let now_ms = self.keyspace.now_ms();
        self.keyspace.database_mut().entry_mut(self.index).accessed_ms = now_ms;
        if created {
            self.keyspace.note(Class::New, "new", self.key);
        }
        self.keyspace.note(T::CLASS, event, self.key);
        if self.keyspace.settle(self.index, self.key) && created {
            self.keyspace.signal_key_as_ready(self.key);
        }
    }
}

impl<T: DataType> Deref for Edit<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        T::from_value(&self.keyspace.database().entry(self.index).value)
            .expect("its type was checked when it was opened")
    }
}

impl<T: DataType> DerefMut for Edit<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        let entry = self.keyspace.database_mut().entry_mut(self.index);
        T::from_value_mut(&mut entry.value).expect("its type was checked when it was opened")
    }
}

impl<T: DataType> Drop for Edit<'_, T> {
    fn drop(&mut self) {
        if self.created {
            self.keyspace.database_mut().remove(self.key);
        }
    }
}
