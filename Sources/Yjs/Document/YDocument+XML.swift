extension YDocument {
    /// An XML type as markup, attributes by UTF-16 code units.
    ///
    /// Nothing is escaped, as in the reference; do not show it as HTML.
    ///
    /// - Parameter type: a fragment, an element or an XML text.
    /// - Returns: the markup.
    public func xmlText(of type: YTypeID) -> String {
        guard let index = store.resolve(type) else { return "" }
        var markup = ""
        walk(index) { step in
            switch step {
            case .open(let type):
                guard let name = elementName(type) else { break }
                markup += "<\(name)\(attributeText(of: type))>"
            case .close(let type):
                guard let name = elementName(type) else { break }
                markup += "</\(name)>"
            case .text(let type): markup += markupText(of: type)
            }
        }
        return markup
    }

    /// The text of an XML type as an editor shows it.
    ///
    /// Text nodes follow each other; each block element ends with a line break, `hardBreak` is one, and `reference`
    /// stands for its `label`.
    ///
    /// - Parameter type: a fragment, an element or an XML text.
    /// - Returns: the text, without line breaks at its end.
    public func plainText(of type: YTypeID) -> String {
        guard let index = store.resolve(type) else { return "" }
        var bytes: [UInt8] = []
        walk(index) { step in
            switch step {
            case .open(let type):
                guard elementName(type) == "reference" else { break }
                if case .value(.string(let label)) = attribute("label", of: type) { bytes += label.utf8 }
            case .close(let type):
                if let name = elementName(type), name != "reference" { bytes.append(0x0A) }
            case .text(let type): bytes += store.textBytes(of: type)
            }
        }
        while bytes.last == 0x0A { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private enum Step {
        case open(UInt32)
        case close(UInt32)
        case text(UInt32)
    }

    /// Visits a tree of XML types in document order, with a stack of its own.
    private func walk(_ root: UInt32, _ visit: (Step) -> Void) {
        var open: [Step] = [.open(root)]
        while let step = open.popLast() {
            guard case .open(let type) = step else {
                visit(step)
                continue
            }
            let kind = store.types[type].kind
            if kind == .xmlText || kind == .text {
                visit(.text(type))
                continue
            }
            visit(step)
            open.append(.close(type))
            for ref in store.list(of: type).reversed() where store.items[Int(ref)].kind == ContentRef.type {
                open.append(.open(store.items[Int(ref)].content))
            }
        }
    }

    private func elementName(_ type: UInt32) -> String? {
        store.types[type].kind?.isNamed == true ? store.keys.text(store.types[type].name) : nil
    }

    private func attribute(_ name: String, of type: UInt32) -> YElement? {
        guard let id = id(of: type) else { return nil }
        return value(forKey: name, in: id)
    }

    private func id(of type: UInt32) -> YTypeID? {
        let item = store.types[type].item
        return item == absent ? nil : YTypeID(.item(store.id(of: store.items[Int(item)])))
    }

    private func attributeText(of type: UInt32) -> String {
        guard let id = id(of: type) else { return "" }
        return entries(of: id).map { key, value in
            switch value {
            case .value(.string(let text)): " \(key)=\"\(text)\""
            case .value(let other): " \(key)=\"\(other.jsonText)\""
            default: ""
            }
        }.joined()
    }

    /// Text with its formats as nested tags, in the order of their names.
    private func markupText(of type: UInt32) -> String {
        guard let id = id(of: type) else { return "" }
        return runs(of: id).map { run in
            guard case .text(let text) = run.content else { return "" }
            let opening = run.attributes.map { format in
                guard case .object(let entries) = format.value else { return "<\(format.key)>" }
                let attributes = entries.map { entry in
                    if case .string(let text) = entry.value { return " \(entry.key)=\"\(text)\"" }
                    return " \(entry.key)=\"\(entry.value.jsonText)\""
                }
                return "<\(format.key)\(attributes.joined())>"
            }
            return opening.joined() + text + run.attributes.reversed().map { "</\($0.key)>" }.joined()
        }.joined()
    }
}
