/* The module ndstream._core: what the other files define, put together. */
#include "core.h"

pnd_types pnd;

static int execute(PyObject *module)
{
    /* The types are the process's: a second interpreter would share them with the first. */
    static bool made;
    if (made) {
        PyErr_SetString(PyExc_ImportError,
                        "ndstream can be imported by one interpreter of a process only");
        return -1;
    }
    made = true;
    pnd.iterator = (PyTypeObject *)PyType_FromModuleAndSpec(module, &pnd_iterator_spec, NULL);
    if (!pnd.iterator || !pnd_add_errors(module) || !pnd_add_dtypes(module) ||
        !pnd_add_scalars(module) || !pnd_add_array(module) || !pnd_borrow() ||
        !pnd_add_ufuncs(module) || !pnd_add_reductions(module) || !pnd_add_random(module))
        return -1;
    PyMethodDef *const tables[] = {
        pnd_create_functions, pnd_shape_functions,   pnd_control_functions,  pnd_text_functions,
        pnd_dtype_functions,  pnd_convert_functions, pnd_element_functions,  pnd_linalg_functions,
        pnd_choose_functions, pnd_index_functions,   pnd_join_functions,     pnd_file_functions,
        pnd_dlpack_functions, pnd_numeric_functions, pnd_count_functions,    pnd_sort_functions,
        pnd_take_functions,   pnd_arrange_functions, pnd_progress_functions, pnd_product_functions,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (PyModule_AddFunctions(module, tables[i]) < 0)
            return -1;
    static const struct {
        const char *name, *of;
    } aliases[] = {{"around", "round"},
                   {"concat", "concatenate"},
                   {"permute_dims", "transpose"},
                   {"row_stack", "vstack"}};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        PND_OBJECT function = PyObject_GetAttrString(module, aliases[i].of);
        if (!function || PyModule_AddObjectRef(module, aliases[i].name, function) < 0)
            return -1;
    }
    /* numpy.linalg has functions whose names the main namespace has too: they live in a module of
     * their own. */
    PND_OBJECT linalg = PyModule_New("ndstream._core._linalg");
    if (!linalg || PyModule_AddFunctions(linalg, pnd_linalg_module_functions) < 0 ||
        PyModule_AddObjectRef(module, "_linalg", linalg) < 0)
        return -1;
    pnd_watch_signals();
    return PyModule_AddStringConstant(module, "__version__", ND_VERSION_STRING);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "ndstream._core",
    .m_doc = "The arrays of ndstream.",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
