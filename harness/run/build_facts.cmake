# Run at every build: writes OUTPUT with the commit that is being compiled, only when it changed.
execute_process(COMMAND git -C ${SOURCE} rev-parse HEAD
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                RESULT_VARIABLE failed)
set(dirty false)
if(failed)
  set(commit unknown)
else()
  execute_process(COMMAND git -C ${SOURCE} diff --quiet HEAD RESULT_VARIABLE changed ERROR_QUIET)
  if(changed)
    set(dirty true)
  endif()
endif()
set(QUADRANT_COMMIT ${commit})
set(QUADRANT_DIRTY ${dirty})
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
