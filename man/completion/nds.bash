# Completion of nds for bash: commands, their options, dtypes, files.
_nds()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    local commands="show stats plot convert eval tour info help"
    local dtypes="bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64 complex64 complex128"
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "$commands --help --version" -- "$word"))
        return
    fi
    case "$before" in
        --dtype | -d | --raw)
            COMPREPLY=($(compgen -W "$dtypes" -- "$word"))
            return
            ;;
        --kind | -k)
            COMPREPLY=($(compgen -W "line histogram image" -- "$word"))
            return
            ;;
        --axis | -a | --bins | --size | --shape | --offset | --title | -t | -n) return ;;
    esac
    if [ "$command" = help ]; then
        COMPREPLY=($(compgen -W "$commands" -- "$word"))
        return
    fi
    if [[ $word == -* ]]; then
        local options="--help"
        case "$command" in
            stats) options+=" --axis --all" ;;
            plot) options+=" --output --kind --title --bins --size" ;;
            convert) options+=" --dtype --compress --plain --raw --shape --offset" ;;
            tour) options+=" --size" ;;
            eval) options+=" --output --explain --explain=svg" ;;
        esac
        COMPREPLY=($(compgen -W "$options" -- "$word"))
        return
    fi
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "${word#*=}"))
}
complete -F _nds nds
