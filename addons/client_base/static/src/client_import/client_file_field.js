import { registry } from "@web/core/registry";
import { BinaryField, binaryField } from "@web/views/fields/binary/binary_field";

/**
 * A file that is stored as soon as it is chosen: the server then says what its columns
 * mean, and the form shows them without another click.
 */
export class ClientFileField extends BinaryField {
    async update({ data, name }) {
        await super.update({ data, name });
        if (data) {
            await this.props.record.save();
        }
    }
}

export const clientFileField = {
    ...binaryField,
    component: ClientFileField,
};

registry.category("fields").add("client_file", clientFileField);
