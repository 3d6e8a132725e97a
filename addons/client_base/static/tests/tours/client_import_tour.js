import { inputFiles } from "@web/../tests/utils";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const FILE = [
    "Назва;Телефон;Місто",
    "Фабрика Каменяр;067 555 42 01;Київ",
    "Кафе Каштан над рікою;067 555 41 77;Львів",
].join("\n");

const openMenu = (section, item) => [
    {
        content: "open the section of the menu",
        trigger: `.o_menu_sections [data-menu-xmlid='client_base.${section}']`,
        run: "click",
    },
    ...(item
        ? [
              {
                  content: "choose the menu",
                  trigger: `.o-dropdown-item[data-menu-xmlid='client_base.${item}']`,
                  run: "click",
              },
          ]
        : []),
];

const confirm = {
    content: "say yes",
    trigger: ".modal-footer .btn-primary",
    run: "click",
};

registry.category("web_tour.tours").add("client_base_file", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the app",
            trigger: ".o_app[data-menu-xmlid='client_base.client_base_menu']",
            run: "click",
        },
        ...openMenu("client_import_menu", "client_import_new_menu"),
        {
            content: "choose the file",
            trigger: ".o_field_widget[name=data] .o_select_file_button",
            run: () =>
                inputFiles(".o_field_widget[name=data] .o_input_file", [
                    new File([FILE], "clients.csv", { type: "text/csv" }),
                ]),
        },
        {
            content: "the columns are there without another click",
            trigger:
                ".o_field_widget[name=column_ids] .o_data_row:contains(Телефон):contains(Phone)",
        },
        {
            content: "read the rows",
            trigger: "button[name=action_read]:contains(Read the Rows)",
            run: "click",
        },
        {
            content: "look at them",
            trigger: "button[name=action_open_rows]:contains(Look at the Rows)",
            run: "click",
        },
        { trigger: ".o_group_header:contains(New)" },
        { trigger: ".o_group_header:contains(Who is it?)" },
        {
            content: "open the row to decide",
            trigger: ".o_data_row:contains(Кафе Каштан над рікою) td[name=name]",
            run: "click",
        },
        { trigger: ".o_field_widget[name=file_table]:contains(067 555 41 77)" },
        {
            content: "it is the client found",
            trigger: ".o_data_row:contains(kashtan@example.com) button:contains(It is this one)",
            run: "click",
        },
        { trigger: ".o_field_widget[name=verdict]:contains(Update)" },
        {
            content: "back to the rows",
            trigger: ".o_breadcrumb .o_back_button a:contains(Rows of)",
            run: "click",
        },
        { trigger: ".o_list_view .o_group_header:contains(Update)" },
        {
            content: "back to the file",
            trigger: ".o_breadcrumb .o_back_button a:contains(clients.csv)",
            run: "click",
        },
        {
            content: "apply",
            trigger: "button[name=action_apply]",
            run: "click",
        },
        confirm,
        { trigger: ".o_arrow_button_current[data-value=done]" },
        ...openMenu("client_menu", "client_all_menu"),
        { trigger: ".o_list_view .o_data_row:contains(Фабрика Каменяр)" },
        ...openMenu("client_import_menu", "client_import_all_menu"),
        {
            content: "open the file again",
            trigger: ".o_list_view .o_data_row:contains(clients.csv) td[name=name]",
            run: "click",
        },
        {
            content: "take everything back",
            trigger: "button[name=action_undo]",
            run: "click",
        },
        confirm,
        { trigger: ".o_arrow_button_current[data-value=undone]" },
        ...openMenu("client_menu", "client_all_menu"),
        { trigger: ".o_list_view .o_data_row:contains(Кафе «Каштан над рікою»)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(Фабрика Каменяр)))" },
    ],
});
