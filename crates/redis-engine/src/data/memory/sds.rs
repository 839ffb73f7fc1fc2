//! Redis's strings, `sds`: a header that grows with the length, the bytes, and a zero byte. One that was lengthened has
//! room to grow.

use super::allocator::size_class;

/// From this length on, a string that grows gets so much more room, and not twice its length (`SDS_MAX_PREALLOC`).
const MOST_SPARE: usize = 1 << 20;

/// The header of a string of so many bytes: it holds the length, and from 32 bytes on also the room (`sdsReqType`).
pub fn header(length: usize) -> usize {
    match length {
        0..32 => 1,
        32..=252 => 3,
        253..=65_530 => 5,
        65_531..=0xffff_fff6 => 9,
        _ => 17,
    }
}

/// What a string takes with its header and its end, before it is allocated.
pub fn requested(length: usize) -> usize {
    header(length) + length + 1
}

/// What a string takes that was made at its length.
pub fn allocated(length: usize) -> usize {
    size_class(requested(length))
}

/// The room of a string that may be lengthened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Room {
    /// 0: nothing was made yet.
    allocated: usize,
    /// How long it may get in its place.
    capacity: usize,
}

impl Room {
    /// That of a string made at its length.
    pub fn exact(length: usize) -> Self {
        let allocated = allocated(length);
        let capacity = match (length, header(length)) {
            // It is expected to grow, and has the next header.
            (0, _) => allocated - 3 - 1,
            // This header knows no room.
            (_, 1) => length,
            (_, header) => allocated - header - 1,
        };
        Room { allocated, capacity }
    }

    /// After the string got another length: where there was no room, twice of what it needs was made (`sdsMakeRoomFor`).
    /// It never gets less.
    pub fn settled(self, length: usize) -> Self {
        if self.allocated == 0 {
            return Room::exact(length);
        }
        if length <= self.capacity {
            return self;
        }
        let wanted = if length < MOST_SPARE { 2 * length } else { length + MOST_SPARE };
        // A header without room is of no use here.
        let header = header(wanted).max(3);
        let allocated = size_class(header + wanted + 1);
        Room { allocated, capacity: allocated - header - 1 }
    }

    pub fn allocated(self) -> usize {
        self.allocated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_that_grows_gets_twice_what_it_needs() {
        let five = Room::exact(5);
        assert_eq!(five.allocated(), 8);
        let eleven = five.settled(11);
        assert_eq!((eleven.allocated(), eleven.settled(28).allocated()), (32, 32));
        assert_eq!(eleven.settled(29).allocated(), 64);
        assert_eq!((Room::exact(0).settled(4).allocated(), Room::exact(0).settled(5).allocated()), (8, 16));
        assert_eq!(Room::default().settled(11).allocated(), 16);
        assert_eq!(Room::exact(1 << 20).settled(1_310_720).allocated(), 2_621_440);
    }
}
