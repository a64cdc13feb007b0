@testable import Yjs

extension YDocument {
    /// Number of units that positions count.
    func countableLength(of type: YTypeID) -> Int {
        guard let index = store.resolve(type) else { return 0 }
        return store.list(of: index).reduce(0) { length, ref in
            length + (store.items[Int(ref)].isCountable ? Int(store.items[Int(ref)].length) : 0)
        }
    }

    /// Number of items of a list, deleted ones among them.
    func itemCount(of type: YTypeID) -> Int {
        var count = 0
        var next = store.resolve(type).map { store.types[$0].start } ?? absent
        while next != absent {
            count += 1
            next = store.items[Int(next)].right
        }
        return count
    }

    /// The update that inserts one item with any content behind the first `gap` items of a list.
    func insertion(of content: [UInt8], ref: UInt8, in type: YTypeID, gap: Int, as client: UInt64) -> [UInt8] {
        var left = absent
        var right = store.resolve(type).map { store.types[$0].start } ?? absent
        for _ in 0..<gap where right != absent { (left, right) = (right, store.items[Int(right)].right) }
        var encoder = Lib0Encoder()
        for value in [1, 1, client, stateVector[client]] { encoder.writeVarUint(value) }
        let flags = (left == absent ? 0 : InfoFlag.origin) | (right == absent ? 0 : InfoFlag.rightOrigin)
        encoder.writeByte(ref | flags)
        if left != absent {
            encoder.writeVarUint(store.clientIDs[store.items[Int(left)].client])
            encoder.writeVarUint(store.items[Int(left)].end - 1)
        }
        if right != absent {
            encoder.writeVarUint(store.clientIDs[store.items[Int(right)].client])
            encoder.writeVarUint(store.items[Int(right)].clock)
        }
        if flags == 0 {
            switch type.place {
            case .root(let name):
                encoder.writeByte(1)
                encoder.writeBuffer(name)
            case .item(let id):
                encoder.writeByte(0)
                encoder.writeVarUint(id.client)
                encoder.writeVarUint(id.clock)
            }
        }
        return encoder.bytes + content + [0]
    }
}
