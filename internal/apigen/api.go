package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (m *model) in(op operation) string {
	if op.Input == nil {
		return "wire.Empty"
	}
	return exported(op.Input.Shape)
}

func (m *model) out(op operation) string {
	if op.Output == nil {
		return "wire.Empty"
	}
	return exported(op.Output.Shape)
}

// writeAPI writes the interface of all operations, the default that answers
// those not built, and the constructor of the service's wire.API.
func (m *model) writeAPI() (string, error) {
	var body strings.Builder
	body.WriteString("// Operations is every operation of the service's contract.\ntype Operations interface {\n")
	for _, name := range m.operationNames() {
		op := m.Operations[name]
		fmt.Fprintf(&body, "\t%s(ctx context.Context, call *wire.Call, in *%s) (*%s, error)\n", name, m.in(op), m.out(op))
	}
	body.WriteString("}\n\n// notBuilt answers every operation with an error that names it. A service\n// embeds it and defines the operations it has.\ntype notBuilt struct{}\n\nvar _ Operations = notBuilt{}\n\n")
	for _, name := range m.operationNames() {
		op := m.Operations[name]
		fmt.Fprintf(&body, "func (notBuilt) %s(_ context.Context, call *wire.Call, _ *%s) (*%s, error) {\n\treturn nil, wire.NotBuilt(call.API, %q)\n}\n\n", name, m.in(op), m.out(op), name)
	}
	if err := m.writeConstructor(&body); err != nil {
		return "", err
	}
	return m.withHeader(body.String()), nil
}

func (m *model) writeConstructor(body *strings.Builder) error {
	_, at := m.shapeIndex()
	md := m.Metadata
	body.WriteString("// newAPI returns the service's contract, answered by ops. authorize has an entry\n// for each operation that is served; fault words failures as this service does.\n")
	body.WriteString("func newAPI(ops Operations, authorize map[string]wire.Authorization, fault func(error) *wire.Error) *wire.API {\n\twire.Link(shapes)\n\treturn &wire.API{\n")
	fmt.Fprintf(body, "\t\tName: %q, ServiceID: %q, SigningName: %q, EndpointPrefix: %q, EventSource: %q,\n", m.file, md.ServiceID, m.signingName(), md.EndpointPrefix, m.eventSource())
	fmt.Fprintf(body, "\t\tProtocol: %q, JSONVersion: %q, TargetPrefix: %q, Version: %q, Namespace: %q,\n", md.Protocol, md.JSONVersion, md.TargetPrefix, md.APIVersion, md.XMLNamespace)
	body.WriteString("\t\tAuthorize: authorize, Fault: fault, Errors: errorShapes,\n\t\tOperations: map[string]*wire.Operation{\n")
	for _, name := range m.operationNames() {
		if err := m.writeOperation(body, name, at); err != nil {
			return err
		}
	}
	body.WriteString("\t\t},\n\t}\n}\n\n// errorShapes are the errors of the contract, by their code on the wire.\nvar errorShapes = map[string]wire.ErrorShape{\n")
	errors := map[string]string{}
	for name, s := range m.Shapes {
		if s.Exception {
			code, literal := errorLiteral(name, s)
			errors[code] = literal
		}
	}
	for _, code := range slices.Sorted(maps.Keys(errors)) {
		fmt.Fprintf(body, "\t%q: %s,\n", code, errors[code])
	}
	body.WriteString("}\n")
	return nil
}

func (m *model) writeOperation(body *strings.Builder, name string, at map[string]int) error {
	op := m.Operations[name]
	path, marker, _ := strings.Cut(op.HTTP.RequestURI, "?")
	if strings.Contains(path, "{") {
		return fmt.Errorf("operation %s: labels in the path %s are not supported", name, path)
	}
	status := op.HTTP.ResponseCode
	if status == 0 {
		status = 200
	}
	input, output, wrapper := "&wire.EmptyShape", "&wire.EmptyShape", ""
	if op.Input != nil {
		input = fmt.Sprintf("&shapes[%d]", at[op.Input.Shape])
	}
	if op.Output != nil {
		output, wrapper = fmt.Sprintf("&shapes[%d]", at[op.Output.Shape]), op.Output.ResultWrapper
	}
	if wrapper == "" && op.Output != nil {
		wrapper = name + "Result"
	}
	fmt.Fprintf(body, "\t\t\t%q: {\n\t\t\t\tName: %q, Method: %q, Path: %q, Marker: %q, ResponseCode: %d, Anonymous: %t, ReadOnly: %t, Wrapper: %q,\n",
		name, name, op.HTTP.Method, path, marker, status, op.AuthType == "none" || anonymousSTS[m.file+":"+name], m.readOnly(name, op), wrapper)
	fmt.Fprintf(body, "\t\t\t\tInput: %s, Output: %s,\n\t\t\t\tNew: func() any { return new(%s) },\n", input, output, m.in(op))
	fmt.Fprintf(body, "\t\t\t\tInvoke: func(ctx context.Context, call *wire.Call, in any) (any, error) {\n\t\t\t\t\treturn ops.%s(ctx, call, in.(*%s))\n\t\t\t\t},\n\t\t\t},\n", name, m.in(op))
	return nil
}

// anonymousSTS are operations that need no signature, although the model,
// which has no trait for it here, does not say so.
var anonymousSTS = map[string]bool{"sts:AssumeRoleWithSAML": true, "sts:AssumeRoleWithWebIdentity": true}

func errorLiteral(name string, s shape) (code, literal string) {
	code, status := name, 400
	if s.Fault {
		status = 500
	}
	if s.Error != nil {
		if s.Error.Code != "" {
			code = s.Error.Code
		}
		if s.Error.HTTPStatusCode != 0 {
			status = s.Error.HTTPStatusCode
		}
	}
	message := ""
	for _, member := range s.order {
		if strings.EqualFold(member, "message") {
			message = member
		}
	}
	return code, fmt.Sprintf("{Name: %q, Code: %q, Status: %d, Fault: %t, Message: %q}", name, code, status, s.Fault || status >= 500, message)
}
