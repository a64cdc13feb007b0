import Yjs

/// An update as a rich text editor makes it: paragraphs of text and references in an XML fragment.
struct EditorUpdate {
    enum Node {
        case text(String)
        case reference(to: String, label: String)
    }

    private static let origin: UInt8 = 0x80
    private static let hasKey: UInt8 = 0x20

    private let client: UInt64
    private var body = Lib0Encoder()
    private var structs: UInt64 = 0
    private var clock: UInt64 = 0

    /// The bytes of an update by a client that wrote nothing before.
    static func make(_ root: String, client: UInt64, _ paragraphs: [Node]...) -> [UInt8] {
        var update = EditorUpdate(client: client)
        var last: UInt64?
        for nodes in paragraphs {
            let paragraph = update.addElement("paragraph", in: .root(root), after: last)
            last = paragraph
            update.add(nodes, to: paragraph)
        }
        return update.bytes
    }

    private enum Parent {
        case root(String)
        case item(UInt64)
    }

    private init(client: UInt64) {
        self.client = client
    }

    private var bytes: [UInt8] {
        var encoder = Lib0Encoder()
        for number in [1, structs, client, 0] { encoder.writeVarUint(number) }
        return encoder.bytes + body.bytes + [0]
    }

    private mutating func add(_ nodes: [Node], to paragraph: UInt64) {
        var last: UInt64?
        for node in nodes {
            switch node {
            case .text(let text):
                let place = begin(7, in: .item(paragraph), after: last)
                body.writeVarUint(6)
                end()
                last = place
                begin(4, in: .item(place))
                body.writeString(text)
                end(length: UInt64(text.utf16.count))
            case .reference(let target, let label):
                let place = addElement("reference", in: .item(paragraph), after: last)
                last = place
                addAttribute("id", target, to: place)
                addAttribute("label", label, to: place)
            }
        }
    }

    private mutating func addElement(_ name: String, in parent: Parent, after last: UInt64?) -> UInt64 {
        let place = begin(7, in: parent, after: last)
        body.writeVarUint(3)
        body.writeString(name)
        end()
        return place
    }

    private mutating func addAttribute(_ key: String, _ value: String, to place: UInt64) {
        begin(8, in: .item(place), key: key)
        body.writeVarUint(1)
        body.writeAny(.string(value))
        end()
    }

    @discardableResult
    private mutating func begin(
        _ kind: UInt8,
        in parent: Parent,
        after last: UInt64? = nil,
        key: String? = nil
    ) -> UInt64 {
        structs += 1
        body.writeByte(kind | (last == nil ? 0 : Self.origin) | (key == nil ? 0 : Self.hasKey))
        if let last {
            body.writeVarUint(client)
            body.writeVarUint(last)
            return clock
        }
        switch parent {
        case .root(let name):
            body.writeByte(1)
            body.writeString(name)
        case .item(let place):
            body.writeByte(0)
            body.writeVarUint(client)
            body.writeVarUint(place)
        }
        if let key { body.writeString(key) }
        return clock
    }

    private mutating func end(length: UInt64 = 1) {
        clock += length
    }
}
