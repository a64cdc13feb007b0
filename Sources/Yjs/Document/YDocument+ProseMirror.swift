extension YDocument {
    /// An XML fragment as a ProseMirror document.
    ///
    /// Elements are `{"type", "attrs", "content"}`, text nodes `{"type": "text", "text", "marks"}`; marks whose value
    /// is an object have it as `attrs`. Empty `attrs`, `content` and `marks` are left out.
    ///
    /// - Parameter type: the fragment.
    /// - Returns: a node of type `doc`; what lies deeper than 64 levels is left out.
    public func proseMirrorDocument(of type: YTypeID) -> YValue {
        .object([
            YEntry("type", .string("doc")),
            YEntry("content", .array(proseMirrorNodes(in: type, depth: 0))),
        ])
    }

    private func proseMirrorNodes(in type: YTypeID, depth: Int) -> [YValue] {
        guard depth < YLimits.maxNesting else { return [] }
        return elements(of: type).flatMap { element -> [YValue] in
            guard case .type(let child, let kind) = element else { return [] }
            switch kind {
            case .xmlText, .text: return runs(of: child).compactMap(proseMirrorText)
            case .xmlElement: return [proseMirrorElement(child, depth: depth)]
            default: return []
            }
        }
    }

    private func proseMirrorElement(_ type: YTypeID, depth: Int) -> YValue {
        var node = [YEntry("type", .string(nodeName(of: type) ?? ""))]
        let attributes = entries(of: type).compactMap { key, value -> YEntry? in
            if case .value(let plain) = value { return YEntry(key, plain) }
            return nil
        }
        if !attributes.isEmpty { node.append(YEntry("attrs", .object(attributes))) }
        let children = proseMirrorNodes(in: type, depth: depth + 1)
        if !children.isEmpty { node.append(YEntry("content", .array(children))) }
        return .object(node)
    }

    private func proseMirrorText(_ run: YTextRun) -> YValue? {
        guard case .text(let text) = run.content else { return nil }
        var node = [YEntry("type", .string("text")), YEntry("text", .string(text))]
        let marks = run.attributes.map { format in
            var mark = [YEntry("type", .string(format.key))]
            if case .object(let entries) = format.value, !entries.isEmpty {
                mark.append(YEntry("attrs", format.value))
            }
            return YValue.object(mark)
        }
        if !marks.isEmpty { node.append(YEntry("marks", .array(marks))) }
        return .object(node)
    }
}
